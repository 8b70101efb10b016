//! DynamoDB faked at every depth: a real engine, canned answers, raw bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dynoxide::Database;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const TABLE: &str = "visitor-counter-test";

/// An embedded engine behind HTTP, with the counter's table.
pub(crate) struct Engine {
    pub(crate) url: String,
    database: Database,
}

impl Engine {
    pub(crate) async fn start() -> Self {
        let database = Database::memory().unwrap();
        let table = json!({
            "TableName": TABLE,
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
        });
        database
            .create_table(serde_json::from_value(table).unwrap())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        Self { url, database }
    }

    /// Writes the item past the counter, with the attribute `visits` as DynamoDB's JSON has it, or
    /// without where it is null.
    pub(crate) fn store(&self, visits: &Value) {
        let mut item = json!({ "id": { "S": "site" } });
        if !visits.is_null() {
            item["visits"] = visits.clone();
        }
        let put = json!({ "TableName": TABLE, "Item": item });
        self.database
            .put_item(serde_json::from_value::<PutItemRequest>(put).unwrap())
            .unwrap();
    }

    /// The attribute `visits` as it is stored, null where there is none.
    pub(crate) fn stored(&self) -> Value {
        let get = json!({ "TableName": TABLE, "Key": { "id": { "S": "site" } } });
        let got = self
            .database
            .get_item(serde_json::from_value::<GetItemRequest>(get).unwrap())
            .unwrap();
        serde_json::to_value(got).unwrap()["Item"]["visits"].clone()
    }
}

/// A server that gives canned answers to updates, one after the other and the last for ever.
pub(crate) struct Canned(MockServer);

impl Canned {
    pub(crate) async fn start(answers: impl IntoIterator<Item = ResponseTemplate>) -> Self {
        let server = MockServer::start().await;
        let mut answers = answers.into_iter().peekable();
        while let Some(answer) = answers.next() {
            let mock = Mock::given(header("x-amz-target", "DynamoDB_20120810.UpdateItem"))
                .respond_with(answer);
            let is_last = answers.peek().is_none();
            if is_last { mock } else { mock.up_to_n_times(1) }
                .mount(&server)
                .await;
        }
        Self(server)
    }

    pub(crate) fn url(&self) -> String {
        self.0.uri()
    }

    /// The bodies of the requests that arrived.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        let requests = self.0.received_requests().await.unwrap();
        requests
            .iter()
            .map(|request| request.body_json().unwrap())
            .collect()
    }
}

/// An answer in DynamoDB's protocol.
pub(crate) fn answer(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body, "application/x-amz-json-1.0")
}

pub(crate) fn counted(visits: u64) -> ResponseTemplate {
    answer(
        200,
        &format!(r#"{{"Attributes":{{"visits":{{"N":"{visits}"}}}}}}"#),
    )
}

pub(crate) fn error(status: u16, code: &str) -> ResponseTemplate {
    let body = json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "message": format!("arn:aws:dynamodb:eu-central-1:123456789012:table/{TABLE} says no"),
    });
    answer(status, &body.to_string())
}

/// What a server on raw TCP does with each connection.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// Closes it at once.
    CloseAtOnce,
    /// Says nothing, from the first byte on.
    Silence,
    /// Reads a request, then resets the connection.
    ResetAfterRequest,
    /// Reads a request, then closes the connection.
    CloseAfterRequest,
    /// Reads a request and never answers.
    SilenceAfterRequest,
    /// Reads a request, answers these bytes and closes the connection.
    Answer(&'static str),
    /// Reads a request, answers these bytes and no more.
    AnswerThenSilence(&'static str),
}

/// A server that fails in one way.
pub(crate) struct Faulty {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Faulty {
    pub(crate) async fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(fail(stream, fault, requests.clone()));
            }
        });
        server
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn fail(mut stream: TcpStream, fault: Fault, requests: Arc<AtomicUsize>) {
    match fault {
        Fault::CloseAtOnce => return,
        Fault::Silence => return std::future::pending().await,
        _ => {}
    }
    while read_request(&mut stream).await {
        requests.fetch_add(1, Ordering::SeqCst);
        match fault {
            Fault::ResetAfterRequest => return stream.set_zero_linger().unwrap(),
            Fault::SilenceAfterRequest => {}
            Fault::Answer(bytes) => return stream.write_all(bytes.as_bytes()).await.unwrap(),
            Fault::AnswerThenSilence(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap(),
            _ => return,
        }
    }
}

/// Reads one request to the end of its body; false where the client went away.
async fn read_request(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => request.extend_from_slice(&buffer[..read]),
            _ => return false,
        }
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() >= length {
                return true;
            }
        }
    }
}

/// An address where nothing listens, and nothing will while this is alive.
pub(crate) struct Nowhere(TcpSocket);

impl Nowhere {
    pub(crate) fn reserve() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self(socket)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }
}
