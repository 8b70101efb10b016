//! HTTP/1.1 on raw connections, blocking and not.

use std::io::{BufRead, BufReader, Read, Write};

use anyhow::{Context, Result, bail};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// One request, without the headers that no double needs.
#[derive(Debug)]
pub struct Request {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The operation of DynamoDB, from its `X-Amz-Target`.
    pub operation: String,
    /// Its body.
    pub body: Vec<u8>,
}

/// A blocking connection to a client.
#[derive(Debug)]
pub struct Connection<S>(BufReader<S>);

impl<S: Read + Write> Connection<S> {
    /// Serves a stream.
    pub fn new(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// Reads one request to its end, or none if the client has gone.
    ///
    /// # Errors
    ///
    /// The request breaks off, or isn't HTTP.
    pub fn read(&mut self) -> Result<Option<Request>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if self.0.read_until(b'\n', &mut head)? == 0 {
                return Ok(None);
            }
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        request.parse(&head).context("not an HTTP request")?;
        let header = |wanted: &str| {
            let named = request
                .headers
                .iter()
                .find(|header| header.name.eq_ignore_ascii_case(wanted));
            named.map_or("", |header| {
                str::from_utf8(header.value).unwrap_or_default()
            })
        };
        if header("expect").eq_ignore_ascii_case("100-continue") {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        Ok(Some(Request {
            method: request.method.unwrap_or_default().to_owned(),
            path: request.path.unwrap_or_default().to_owned(),
            operation: header("x-amz-target").to_owned(),
            body: match (header("content-length"), header("transfer-encoding")) {
                ("", "chunked") => self.read_chunks()?,
                ("", _) => Vec::new(),
                (length, _) => self.read_exactly(length.parse()?)?,
            },
        }))
    }

    /// Sends bytes at once.
    ///
    /// # Errors
    ///
    /// The client has gone.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.get_mut().write_all(bytes)?;
        Ok(self.0.get_mut().flush()?)
    }

    fn read_exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(body)
    }

    fn read_chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            let Ok(length) = usize::from_str_radix(line.trim_end(), 16) else {
                bail!("not the length of a chunk: {line:?}");
            };
            body.extend(self.read_exactly(length)?);
            self.read_exactly(2)?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

/// A response in one piece.
pub fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(bytes: &str) -> Result<Option<Request>> {
        Connection::new(Cursor::new(bytes.as_bytes().to_vec())).read()
    }

    #[test]
    fn a_body_has_a_length_or_comes_in_chunks() {
        let sized = "POST /a HTTP/1.1\r\nX-Amz-Target: D.Update\r\nContent-Length: 4\r\n\r\nbody";
        let chunked = "POST /a HTTP/1.1\r\nx-amz-target: D.Update\r\ntransfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";
        for bytes in [sized, chunked] {
            let request = read(bytes).unwrap().unwrap();
            assert_eq!(
                (request.method.as_str(), request.path.as_str()),
                ("POST", "/a")
            );
            assert_eq!(request.operation, "D.Update");
            assert_eq!(request.body, b"body");
        }
    }

    #[test]
    fn a_client_that_goes_away_between_requests_is_no_error() {
        assert!(read("").unwrap().is_none());
    }

    #[test]
    fn what_is_not_http_is_an_error() {
        assert!(read("hello\r\n\r\n").is_err());
    }
}
