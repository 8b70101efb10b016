//! The HTTP client: HTTP/1.1, over connections that are dropped where they may be dead.
//!
//! The SDK's own would offer HTTP/2, on which a lost connection outlives the attempt that noticed;
//! would spend the whole time to connect on the first of several addresses; and keeps connections by
//! a clock that may stand still while Lambda stops the process.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use futures_util::future::BoxFuture;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use lambda_http::http::Uri;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

/// Longest time to connect: name resolution, TCP and TLS.
pub const CONNECT_LIMIT: Duration = Duration::from_millis(400);

/// A connection that wasn't used for this long is not used again: while Lambda stops the process, a
/// connection can be lost without a word. Pages that are visited more often keep theirs.
const IDLE_LIMIT: Duration = Duration::from_secs(10);

/// The client of one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Http1(Arc<Mutex<Pool>>);

/// Connections, and when they were last used.
#[derive(Debug)]
struct Pool {
    connect: Connect,
    connections: Client<Connect, SdkBody>,
    last_used: SystemTime,
}

/// Opens connections, within [`CONNECT_LIMIT`].
#[derive(Clone, Debug)]
struct Connect(HttpsConnector<TcpConnector>);

impl Http1 {
    /// The client that trusts these certificates. Connects to nothing yet.
    pub(crate) fn new(roots: RootCertStore) -> Self {
        let connect = Connect::new(roots);
        Self(Arc::new(Mutex::new(Pool {
            connections: connect.pool(),
            connect,
            last_used: SystemTime::now(),
        })))
    }

    /// The connections for a request now.
    fn connections(&self) -> Client<Connect, SdkBody> {
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // By the wall clock, which is set right after a stop. Set back, it says nothing.
        let now = SystemTime::now();
        let idle = now.duration_since(pool.last_used).unwrap_or_default();
        pool.last_used = now;
        if idle > IDLE_LIMIT {
            pool.connections = pool.connect.pool();
        }
        pool.connections.clone()
    }
}

impl HttpClient for Http1 {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Http1 {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connections = self.connections();
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let response = connections.request(request).await;
            let response = response.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

impl Connect {
    fn new(roots: RootCertStore) -> Self {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Divided among the addresses of a name, so that each has its turn.
        tcp.set_connect_timeout(Some(CONNECT_LIMIT));
        let tls = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        Self(https)
    }

    fn pool(&self) -> Client<Self, SdkBody> {
        Client::builder(TokioExecutor::new()).build(self.clone())
    }
}

impl Service<Uri> for Connect {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move {
            timeout(CONNECT_LIMIT, connecting)
                .await
                .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        })
    }
}
