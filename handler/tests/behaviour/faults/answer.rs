//! The bytes by which the proxy answers a request.

use std::io;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::fault::{Answer, Cut};
use super::wire::until_gone;

/// Whether the request isn't even read before it is answered.
pub(super) fn is_unread(answer: Answer) -> bool {
    matches!(
        answer,
        Answer::Cut {
            at: Cut::Unread,
            ..
        }
    )
}

/// Answers a request, given DynamoDB's own answer, and returns whether the connection stays open.
pub(super) async fn send(
    client: &mut TcpStream,
    answer: Answer,
    dynamodb: &[u8],
    closes: bool,
) -> io::Result<bool> {
    let bytes = match answer {
        Answer::Forwarded => dynamodb.into(),
        Answer::Error { status, code } => error(status, code),
        Answer::Garbage(text) | Answer::Numberless(text) => text.into(),
        Answer::Silence => {
            until_gone(client).await;
            return Ok(false);
        }
        Answer::Cut { at, reset } => {
            let sent = match at {
                Cut::Unread | Cut::BeforeAnswer => 0,
                Cut::InHead => 10,
                Cut::InBody => dynamodb.len() - 10,
            };
            client.write_all(&dynamodb[..sent]).await?;
            if reset {
                client.set_zero_linger()?;
            }
            return Ok(false);
        }
    };
    let bytes = if closes { closing(&bytes) } else { bytes };
    client.write_all(&bytes).await?;
    Ok(!closes)
}

fn error(status: u16, code: &str) -> Vec<u8> {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"no"}}"#);
    let head = format!(
        "HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    (head + &body).into_bytes()
}

/// Says in a response that the connection won't be used again.
fn closing(response: &[u8]) -> Vec<u8> {
    let text = str::from_utf8(response).unwrap();
    text.replacen("\r\n", "\r\nconnection: close\r\n", 1)
        .into_bytes()
}
