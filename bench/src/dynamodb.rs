//! DynamoDB for all contenders: one table, over HTTP or TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Result;
use rustls::{ServerConnection, StreamOwned};
use visitor_counter_dynamodb::EmbeddedDynamoDb;
use visitor_counter_testkit::http::{Connection, response};
use visitor_counter_testkit::{CertificateAuthority, Listener};

use crate::contenders::Transport;

/// A server with a port for each transport.
pub(crate) struct DynamoDb {
    http: Listener,
    tls: Listener,
    authority: CertificateAuthority,
    shared: Arc<Shared>,
}

struct Shared {
    embedded: EmbeddedDynamoDb,
    /// How long the latest warm-up read took, including its connection's set-up. A warm-up is a
    /// read that comes first on its connection.
    warm_up: Mutex<Option<Duration>>,
}

impl DynamoDb {
    pub(crate) fn start() -> Result<Self> {
        let shared = Arc::new(Shared {
            embedded: EmbeddedDynamoDb::in_memory("visits", "id")?,
            warm_up: Mutex::default(),
        });
        let authority = CertificateAuthority::new()?;
        let config = authority.server();
        let http = serve(&shared, Ok)?;
        let tls = serve(&shared, move |stream| {
            Ok(StreamOwned::new(
                ServerConnection::new(config.clone())?,
                stream,
            ))
        })?;
        Ok(Self {
            http,
            tls,
            authority,
            shared,
        })
    }

    pub(crate) fn url(&self, transport: Transport) -> String {
        match transport {
            Transport::Http => format!("http://{}", self.http.address()),
            Transport::Tls => format!("https://{}", self.tls.address()),
        }
    }

    /// The file of the certificate to trust.
    pub(crate) fn certificate(&self) -> &Path {
        self.authority.path()
    }

    /// Takes the time of the warm-up read, if there was one since the last call.
    pub(crate) fn warm_up(&self) -> Option<Duration> {
        self.shared.warm_up.lock().ok()?.take()
    }
}

fn serve<S: Read + Write>(
    shared: &Arc<Shared>,
    wrap: impl Fn(TcpStream) -> Result<S> + Send + Sync + 'static,
) -> Result<Listener> {
    let shared = shared.clone();
    Ok(Listener::start(move |stream, accepted| {
        // Fails when a contender is killed, which is how it ends.
        let _ = wrap(stream).and_then(|stream| shared.answer(accepted, stream));
    })?)
}

impl Shared {
    fn answer(&self, accepted: Instant, stream: impl Read + Write) -> Result<()> {
        let mut connection = Connection::new(stream);
        let mut is_first = true;
        while let Some(request) = connection.read()? {
            let operation = request.operation.rsplit('.').next().unwrap_or_default();
            let is_read = operation == "GetItem";
            connection.write(&match self.embedded.call(operation, &request.body) {
                Ok(body) => answer("200 OK", &body),
                // Two visits of one millisecond that meet in a slot.
                Err(error) => answer("400 Bad Request", &error.to_json()),
            })?;
            if is_first
                && is_read
                && let Ok(mut warm_up) = self.warm_up.lock()
            {
                *warm_up = Some(accepted.elapsed());
            }
            is_first = false;
        }
        Ok(())
    }
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let headers = "content-type: application/x-amz-json-1.0\r\n\
                   x-amzn-requestid: 5GMV3F2I9Q2J4QZ6D0B1T9S0F3VV4KQNSO5AEMVJF66Q9ASUAAJG\r\n";
    response(status, headers, body)
}
