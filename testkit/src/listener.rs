//! A port that threads serve.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

/// A port of the loopback interface. It accepts connections until this is dropped.
///
/// Threads, not tasks: the time that the bench's doubles take is part of its figures.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    is_closed: Arc<AtomicBool>,
}

impl Listener {
    /// Serves each connection in a thread of its own, given the time when it was accepted.
    ///
    /// # Errors
    ///
    /// There is no free port.
    pub fn start(serve: impl Fn(TcpStream, Instant) + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let is_closed = Arc::<AtomicBool>::default();
        let (serve, stop) = (Arc::new(serve), is_closed.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let accepted = Instant::now();
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                // Without it, a message in several writes waits for delayed acknowledgements.
                let _ = stream.set_nodelay(true);
                let serve = serve.clone();
                thread::spawn(move || serve(stream, accepted));
            }
        });
        Ok(Self { address, is_closed })
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::SeqCst);
        // Wakes the thread, which waits for a connection.
        let _ = TcpStream::connect(self.address);
    }
}
