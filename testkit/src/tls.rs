//! HTTPS before DynamoDB.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::NamedTempFile;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// Terminates TLS, with a certificate of its own, and forwards the bytes to a plain server.
#[derive(Debug)]
pub struct TlsTerminator {
    address: SocketAddr,
    certificate: NamedTempFile,
    connections: Arc<AtomicUsize>,
}

impl TlsTerminator {
    /// Starts it before the server at this URL.
    pub async fn start(behind: &str) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let certificate = NamedTempFile::new().unwrap();
        std::fs::write(&certificate, cert.pem()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], signing_key.into())
            .unwrap();

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::<AtomicUsize>::default();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let behind = behind.strip_prefix("http://").unwrap().to_owned();
        let counter = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let mut outside = acceptor.accept(stream).await?;
                    let mut inside = TcpStream::connect(behind).await?;
                    copy_bidirectional(&mut outside, &mut inside).await
                });
            }
        });
        Self {
            address,
            certificate,
            connections,
        }
    }

    /// Its URL, without a path.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Path of the certificate to trust.
    pub fn certificate(&self) -> &str {
        self.certificate.path().to_str().unwrap()
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}
