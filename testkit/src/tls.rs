//! TLS before DynamoDB.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::NamedTempFile;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

/// A certificate authority in a file, and a server with a certificate of it.
#[derive(Debug)]
pub struct CertificateAuthority {
    file: NamedTempFile,
    server: Arc<ServerConfig>,
}

impl CertificateAuthority {
    /// Makes a new one.
    ///
    /// # Errors
    ///
    /// The file can't be written.
    pub fn new() -> io::Result<Self> {
        let file = NamedTempFile::new()?;
        let server = certify(file.path()).map_err(io::Error::other)?;
        Ok(Self {
            file,
            server: Arc::new(server),
        })
    }

    /// The file of the certificate to trust.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// The configuration of a server at 127.0.0.1.
    pub fn server(&self) -> Arc<ServerConfig> {
        self.server.clone()
    }
}

/// Writes the authority's certificate to a file, and configures a server with one of its own.
fn certify(file: &Path) -> Result<ServerConfig, Box<dyn Error + Send + Sync>> {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // With the name of its issuer, a certificate would be self-signed.
    ca.distinguished_name.push(DnType::CommonName, "test CA");
    let ca_key = KeyPair::generate()?;
    std::fs::write(file, ca.self_signed(&ca_key)?.pem())?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()])?
        .signed_by(&key, &Issuer::new(ca, ca_key))?;
    let provider = Arc::new(ring::default_provider());
    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())?)
}

/// Terminates TLS, with an authority of its own, and forwards the bytes to a plain server.
#[derive(Debug)]
pub struct TlsTerminator {
    address: SocketAddr,
    authority: CertificateAuthority,
    connections: Arc<AtomicUsize>,
}

impl TlsTerminator {
    /// Starts it before the server at this URL.
    pub async fn start(behind: &str) -> Self {
        let authority = CertificateAuthority::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::<AtomicUsize>::default();
        let mut server = ServerConfig::clone(&authority.server);
        // As an endpoint that prefers HTTP/2, although the plain server speaks HTTP/1.1 alone.
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(server));
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
            authority,
            connections,
        }
    }

    /// Its URL, without a path.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Path of the certificate to trust.
    pub fn certificate(&self) -> &str {
        self.authority.path().to_str().unwrap()
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}
