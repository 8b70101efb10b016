//! HTTP/1.1 on raw connections, blocking and asynchronous.

use std::io::{self, Read, Write};

use httparse::{EMPTY_HEADER, Header, Status, parse_chunk_size, parse_headers};
use tokio::io::{AsyncRead, AsyncReadExt};

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
pub struct Connection<S> {
    stream: S,
    /// Bytes that were read, and belong to no request yet.
    received: Vec<u8>,
}

impl<S: Read + Write> Connection<S> {
    /// Serves a stream.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// Reads one request to its end, or none if the client has gone.
    ///
    /// # Errors
    ///
    /// The request breaks off, or isn't HTTP.
    pub fn read(&mut self) -> io::Result<Option<Request>> {
        let mut may_continue = false;
        loop {
            if let Some(head) = Head::parse(&self.received)? {
                if let Some((body, length)) = head.body(&self.received)? {
                    let request = head.request(body)?;
                    self.received.drain(..length);
                    return Ok(Some(request));
                }
                if head.header("expect").eq_ignore_ascii_case("100-continue") && !may_continue {
                    self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                    may_continue = true;
                }
            }
            let mut buffer = [0; 8192];
            match self.stream.read(&mut buffer)? {
                0 if self.received.is_empty() => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => self.received.extend_from_slice(&buffer[..read]),
            }
        }
    }

    /// Sends bytes at once.
    ///
    /// # Errors
    ///
    /// The client has gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }
}

/// A response in one piece.
pub fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

/// Reads the bytes of one message, a request or a response. Returns none if the other side goes
/// away, or sends something else.
pub async fn read_message(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut received = Vec::new();
    loop {
        if stream.read_buf(&mut received).await.ok()? == 0 {
            return None;
        }
        if let Some(head) = Head::parse(&received).ok()?
            && head.body(&received).ok()?.is_some()
        {
            return Some(received);
        }
    }
}

/// The start of a message.
struct Head<'a> {
    first_line: &'a str,
    headers: [Header<'a>; 64],
    /// In bytes, with the empty line.
    length: usize,
}

impl<'a> Head<'a> {
    /// Returns none where the head isn't complete yet.
    fn parse(received: &'a [u8]) -> io::Result<Option<Self>> {
        let Some(line) = received.windows(2).position(|bytes| bytes == b"\r\n") else {
            return Ok(None);
        };
        let first_line = str::from_utf8(&received[..line]).map_err(invalid)?;
        let mut headers = [EMPTY_HEADER; 64];
        match parse_headers(&received[line + 2..], &mut headers).map_err(invalid)? {
            Status::Partial => Ok(None),
            Status::Complete((length, _)) => Ok(Some(Self {
                first_line,
                headers,
                length: line + 2 + length,
            })),
        }
    }

    /// The value of a header, empty where there is none.
    fn header(&self, name: &str) -> &'a str {
        let mut headers = self.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case(name));
        header.map_or("", |header| {
            str::from_utf8(header.value).unwrap_or_default()
        })
    }

    /// The body, and the length of the whole message. Returns none where it isn't complete yet.
    fn body(&self, received: &[u8]) -> io::Result<Option<(Vec<u8>, usize)>> {
        let rest = &received[self.length..];
        let body = match (
            self.header("content-length"),
            self.header("transfer-encoding"),
        ) {
            ("", "chunked") => chunks(rest)?,
            ("", _) => Some((Vec::new(), 0)),
            (length, _) => {
                let length = length.parse().map_err(invalid)?;
                rest.get(..length).map(|body| (body.to_vec(), length))
            }
        };
        Ok(body.map(|(body, length)| (body, self.length + length)))
    }

    fn request(&self, body: Vec<u8>) -> io::Result<Request> {
        let words: Vec<_> = self.first_line.split(' ').collect();
        let [method, path, "HTTP/1.1"] = words[..] else {
            return Err(invalid(format!("not a request: {:?}", self.first_line)));
        };
        Ok(Request {
            method: method.to_owned(),
            path: path.to_owned(),
            operation: self.header("x-amz-target").to_owned(),
            body,
        })
    }
}

/// Joins chunks, and returns their length with all that is between. Returns none where the last one
/// isn't there yet.
fn chunks(bytes: &[u8]) -> io::Result<Option<(Vec<u8>, usize)>> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let size = parse_chunk_size(&bytes[at..])
            .map_err(|_| invalid(format!("not the size of a chunk: {:?}", &bytes[at..])))?;
        let Status::Complete((line, size)) = size else {
            return Ok(None);
        };
        let size = usize::try_from(size).map_err(invalid)?;
        at += line;
        let Some(chunk) = bytes.get(at..at + size + 2) else {
            return Ok(None);
        };
        body.extend_from_slice(&chunk[..size]);
        at += chunk.len();
        if size == 0 {
            return Ok(Some((body, at)));
        }
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const SIZED: &str =
        "POST /a HTTP/1.1\r\nX-Amz-Target: D.Update\r\nContent-Length: 4\r\n\r\nbody";
    const CHUNKED: &str = "POST /a HTTP/1.1\r\nx-amz-target: D.Update\r\n\
        transfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";

    fn read(bytes: &str) -> io::Result<Option<Request>> {
        Connection::new(Cursor::new(bytes.as_bytes().to_vec())).read()
    }

    #[test]
    fn a_body_has_a_length_or_comes_in_chunks() {
        for bytes in [SIZED, CHUNKED] {
            let request = read(bytes).unwrap().unwrap();
            assert_eq!((&*request.method, &*request.path), ("POST", "/a"));
            assert_eq!(request.operation, "D.Update");
            assert_eq!(request.body, b"body");
        }
    }

    #[tokio::test]
    async fn a_message_ends_where_its_body_does() {
        for bytes in [SIZED, CHUNKED, "HTTP/1.1 204 No Content\r\n\r\n"] {
            for end in 1..bytes.len() {
                let cut = &bytes.as_bytes()[..end];
                assert_eq!(read_message(&mut &cut[..]).await, None, "{end} of {bytes}");
            }
            let whole = bytes.as_bytes();
            assert_eq!(read_message(&mut &whole[..]).await.as_deref(), Some(whole));
        }
    }

    #[test]
    fn a_client_that_goes_away_between_requests_is_no_error() {
        assert!(read("").unwrap().is_none());
    }

    #[test]
    fn a_request_that_breaks_off_or_is_not_http_is_an_error() {
        for bytes in [&SIZED[..9], &SIZED[..SIZED.len() - 1], "hello\r\n\r\n"] {
            assert!(read(bytes).is_err(), "{bytes}");
        }
    }
}
