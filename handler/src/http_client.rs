//! The HTTP client: HTTP/1.1, over connections that are dropped where they may be dead.
//!
//! The SDK's own would offer HTTP/2, on which a lost connection outlives the attempt that noticed;
//! would spend the whole time to connect on the first of several addresses; and keeps connections by
//! a clock that may stand still while Lambda stops the process.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::error::BoxError;
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
use hyper_util::client::legacy::connect::dns::GaiResolver;
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
struct Connect<R = GaiResolver>(HttpsConnector<TcpConnector<R>>);

impl Http1 {
    /// The client that trusts these certificates. Connects to nothing yet.
    pub(crate) fn new(roots: RootCertStore) -> Self {
        let connect = Connect::new(roots, GaiResolver::new());
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

impl<R> Connect<R> {
    fn new(roots: RootCertStore, resolver: R) -> Self {
        let mut tcp = TcpConnector::new_with_resolver(resolver);
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
}

impl Connect {
    fn pool(&self) -> Client<Self, SdkBody> {
        Client::builder(TokioExecutor::new()).build(self.clone())
    }
}

impl<R> Service<Uri> for Connect<R>
where
    HttpsConnector<TcpConnector<R>>: Service<
            Uri,
            Response = MaybeHttpsStream<TokioIo<TcpStream>>,
            Error = BoxError,
            Future: Send + 'static,
        >,
{
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
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

#[cfg(test)]
mod tests {
    use std::array;
    use std::convert::Infallible;
    use std::future::{Ready, ready};
    use std::net::SocketAddr;

    use aws_smithy_runtime_api::http::StatusCode;
    use http_body_util::BodyExt;
    use hyper_util::client::legacy::connect::dns::Name;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    use tokio::net::{TcpListener, TcpSocket};
    use tower_service::Service as _;
    use visitor_counter_testkit::{ConnectionFault, FaultyServer, TlsTerminator};

    use super::*;

    const ANSWER: ConnectionFault =
        ConnectionFault::AnswerThenSilence("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");

    async fn get(client: &Http1, url: &str) -> Result<StatusCode, ConnectorError> {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(url).unwrap();
        let response = client.call(request).await?;
        let status = response.status();
        // Only then the connection is free again.
        response.into_body().collect().await.unwrap();
        Ok(status)
    }

    #[tokio::test]
    async fn a_connection_is_used_again_unless_it_was_idle_for_long_by_the_wall_clock() {
        let server = FaultyServer::start(ANSWER).await;
        let client = Http1::new(RootCertStore::empty());
        for (idle, connections) in [
            (Duration::ZERO, 1),
            (IDLE_LIMIT / 2, 1),
            (IDLE_LIMIT * 2, 2),
        ] {
            client.0.lock().unwrap().last_used -= idle;
            get(&client, &server.url("http")).await.unwrap();
            assert_eq!(server.connections(), connections, "{idle:?}");
        }
        // A clock that was set back.
        client.0.lock().unwrap().last_used += Duration::from_hours(1);
        get(&client, &server.url("http")).await.unwrap();
        assert_eq!(server.connections(), 2);
    }

    /// Resolves each name to both addresses.
    #[derive(Clone)]
    struct TwoAddresses([SocketAddr; 2]);

    impl tower_service::Service<Name> for TwoAddresses {
        type Response = array::IntoIter<SocketAddr, 2>;
        type Error = Infallible;
        type Future = Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Name) -> Self::Future {
            ready(Ok(self.0.into_iter()))
        }
    }

    /// Fills the queue of a listener, so that it swallows every further attempt to connect.
    async fn fill(address: SocketAddr) -> Vec<TcpStream> {
        let mut queued = Vec::new();
        while let Ok(connected) =
            timeout(Duration::from_millis(50), TcpStream::connect(address)).await
        {
            queued.push(connected.unwrap());
        }
        queued
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_second_address_of_a_name_is_tried_within_the_attempt_though_the_first_is_dead() {
        let alive = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = alive.local_addr().unwrap().port();
        let dead = TcpSocket::new_v4().unwrap();
        dead.bind(SocketAddr::from(([127, 0, 0, 2], port))).unwrap();
        let dead = dead.listen(1).unwrap();
        let _queued = fill(dead.local_addr().unwrap()).await;
        let addresses = [dead.local_addr().unwrap(), alive.local_addr().unwrap()];

        let mut connect = Connect::new(RootCertStore::empty(), TwoAddresses(addresses));
        let url = format!("http://dynamodb.test:{port}").parse().unwrap();
        let connected = connect.call(url).await;

        assert!(connected.is_ok(), "{:?}", connected.err());
    }

    #[tokio::test]
    async fn an_endpoint_that_offers_http_2_is_spoken_to_in_http_1() {
        let server = FaultyServer::start(ANSWER).await;
        let tls = TlsTerminator::start(&server.url("http")).await;
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(tls.certificate()).unwrap();
        roots.add(certificate).unwrap();
        let status = get(&Http1::new(roots), &tls.url()).await.unwrap();
        assert!(status.is_success());
    }
}
