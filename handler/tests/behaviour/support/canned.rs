//! A DynamoDB with canned answers.

use serde_json::{Value, json};
use visitor_counter_testkit::TABLE;
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A server that gives canned answers to updates: one after the other, and then always the last.
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

    /// The names of the headers of each received request.
    pub(crate) async fn headers(&self) -> Vec<Vec<String>> {
        let requests = self.0.received_requests().await.unwrap();
        let names = requests.iter().map(|request| {
            let mut names: Vec<_> = request.headers.keys().map(ToString::to_string).collect();
            names.sort();
            names
        });
        names.collect()
    }

    /// The body of each received request.
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
