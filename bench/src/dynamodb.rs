//! DynamoDB, played by an engine in this process: over HTTP or TLS, in front of one table.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use dynoxide::Database;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{from_slice, from_value, json, to_string};
use tempfile::NamedTempFile;
use visitor_counter_testkit::http::{Connection, response};

use crate::contenders::Transport;

/// A server for all contenders, on a port for each transport.
pub(crate) struct DynamoDb {
    http: SocketAddr,
    tls: SocketAddr,
    certificates: NamedTempFile,
    shared: Arc<Shared>,
}

struct Shared {
    engine: Database,
    /// How long a read took that came first on its connection, with the connection's set-up.
    warm_up: Mutex<Option<Duration>>,
}

impl DynamoDb {
    pub(crate) fn start() -> Result<Self> {
        let shared = Arc::new(Shared {
            engine: engine()?,
            warm_up: Mutex::default(),
        });
        let certificates = NamedTempFile::new()?;
        let config = Arc::new(tls(certificates.path())?);
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
            certificates,
            shared,
        })
    }

    pub(crate) fn url(&self, transport: Transport) -> String {
        match transport {
            Transport::Http => format!("http://{}", self.http),
            Transport::Tls => format!("https://{}", self.tls),
        }
    }

    /// The file of the CA that vouches for it.
    pub(crate) fn certificates(&self) -> &Path {
        self.certificates.path()
    }

    /// How long the warm-up read since the last time took, if there was one.
    pub(crate) fn warm_up(&self) -> Option<Duration> {
        self.shared.warm_up.lock().ok()?.take()
    }
}

/// Serves each connection in a thread of its own, for as long as the process lives.
fn serve<S: Read + Write>(
    shared: &Arc<Shared>,
    wrap: impl Fn(TcpStream) -> Result<S> + Clone + Send + 'static,
) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let shared = shared.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let accepted = Instant::now();
            // Or TLS, which writes in pieces, waits for the other side's delayed acknowledgements.
            let _ = stream.set_nodelay(true);
            let (shared, wrap) = (shared.clone(), wrap.clone());
            // A contender that is killed breaks its connection off.
            thread::spawn(move || shared.answer(accepted, wrap(stream)?));
        }
    });
    Ok(address)
}

impl Shared {
    fn answer(&self, accepted: Instant, stream: impl Read + Write) -> Result<()> {
        let mut connection = Connection::new(stream);
        let mut is_first = true;
        while let Some(request) = connection.read()? {
            let is_read = request.operation.ends_with(".GetItem");
            let body = if is_read {
                let read = self.engine.get_item(from_slice(&request.body)?)?;
                to_string(&read)?
            } else {
                let written = self.engine.update_item(from_slice(&request.body)?)?;
                to_string(&written)?
            };
            connection.write(&answer(&body))?;
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

/// The table of all contenders, in memory.
fn engine() -> Result<Database> {
    let engine = Database::memory()?;
    engine.create_table(from_value(json!({
        "TableName": "visits",
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "BillingMode": "PAY_PER_REQUEST",
    }))?)?;
    Ok(engine)
}

fn answer(body: &str) -> Vec<u8> {
    let headers = "content-type: application/x-amz-json-1.0\r\n\
                   x-amzn-requestid: 5GMV3F2I9Q2J4QZ6D0B1T9S0F3VV4KQNSO5AEMVJF66Q9ASUAAJG\r\n";
    response("200 OK", headers, body)
}

/// A CA in a file, and a server's configuration with a certificate of it.
fn tls(file: &Path) -> Result<ServerConfig> {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // A certificate that is named as its issuer counts as signed by itself.
    ca.distinguished_name.push(DnType::CommonName, "bench CA");
    let ca_key = KeyPair::generate()?;
    std::fs::write(file, ca.self_signed(&ca_key)?.pem())?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()])?
        .signed_by(&key, &Issuer::new(ca, ca_key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())?)
}
