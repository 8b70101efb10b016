//! HTTP/1.1 on raw connections.

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// Reads one message to the end of its body, or none if the other side went away.
pub async fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => message.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
        let text = String::from_utf8_lossy(&message).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() >= length {
                return Some(message);
            }
        }
    }
}
