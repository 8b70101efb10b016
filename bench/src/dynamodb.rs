//! DynamoDB for all contenders: one table, over TLS.

use std::io::{Read, Write};
use std::mem::take;
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use rustls::{ServerConnection, StreamOwned};
use visitor_counter_dynamodb::EmbeddedDynamoDb;
use visitor_counter_testkit::http::{Connection, response};
use visitor_counter_testkit::{CertificateAuthority, Listener};

/// A server on a port.
pub(crate) struct DynamoDb {
    listener: Listener,
    authority: CertificateAuthority,
    is_open: Arc<AtomicBool>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl DynamoDb {
    pub(crate) fn start() -> Result<Self> {
        let embedded = EmbeddedDynamoDb::in_memory("visits", "id")?;
        let authority = CertificateAuthority::new()?;
        let config = authority.server();
        let is_open = Arc::new(AtomicBool::new(true));
        let open = is_open.clone();
        let connections = Arc::<Mutex<Vec<_>>>::default();
        let accepted = connections.clone();
        let listener = Listener::start(move |stream, _| {
            if !open.load(Ordering::SeqCst) {
                return;
            }
            let mut accepted = accepted.lock().unwrap_or_else(PoisonError::into_inner);
            accepted.extend(stream.try_clone());
            drop(accepted);
            // Fails when a contender is killed, which is how it ends.
            let _ = ServerConnection::new(config.clone())
                .map_err(Into::into)
                .and_then(|tls| serve(&embedded, StreamOwned::new(tls, stream)));
        })?;
        Ok(Self {
            listener,
            authority,
            is_open,
            connections,
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.listener.address())
    }

    /// Whether it serves connections, or ends them at once.
    pub(crate) fn open(&self, is_open: bool) {
        self.is_open.store(is_open, Ordering::SeqCst);
    }

    /// Ends all connections, so that the next request needs a handshake.
    pub(crate) fn hang_up(&self) {
        let mut connections = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for connection in take(&mut *connections) {
            // Its contender may have ended it already.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// The file of the certificate to trust.
    pub(crate) fn certificate(&self) -> &Path {
        self.authority.path()
    }
}

fn serve(embedded: &EmbeddedDynamoDb, stream: impl Read + Write) -> Result<()> {
    let mut connection = Connection::new(stream);
    while let Some(request) = connection.read()? {
        let operation = request.operation.rsplit('.').next().unwrap_or_default();
        connection.write(&match embedded.call(operation, &request.body) {
            Ok(body) => answer("200 OK", &body),
            Err(error) => answer("400 Bad Request", &error.to_json()),
        })?;
    }
    Ok(())
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let headers = "content-type: application/x-amz-json-1.0\r\n\
                   x-amzn-requestid: 5GMV3F2I9Q2J4QZ6D0B1T9S0F3VV4KQNSO5AEMVJF66Q9ASUAAJG\r\n";
    response(status, headers, body)
}
