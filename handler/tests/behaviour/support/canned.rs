//! A DynamoDB with canned answers.

use serde_json::{Value, json};
use visitor_counter_testkit::TABLE;
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// A server that gives canned answers to updates: one after the other, and then always the last.
pub(crate) struct Canned(MockServer);

impl Canned {
    pub(crate) async fn start<R: Respond + 'static>(answers: impl IntoIterator<Item = R>) -> Self {
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

/// The write was applied: the visit got this number, in whichever slot.
pub(crate) fn counted(number: u64) -> ResponseTemplate {
    let attributes = item("", &json!({ "N": number.to_string() }));
    answer(200, &json!({ "Attributes": attributes }).to_string())
}

/// The condition failed, on this item.
pub(crate) fn condition_failed(item: &Value) -> ResponseTemplate {
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed",
        "Item": item,
    });
    answer(400, &body.to_string())
}

/// An item whose slots all hold this token and this number, also as the number of visits.
pub(crate) fn item(token: &str, number: &Value) -> Value {
    let mut item = json!({ "id": { "S": "site" }, "visits": number });
    for slot in "0123456789abcdef".chars() {
        item[format!("v{slot}")] = json!({ "S": token });
        item[format!("c{slot}")] = number.clone();
    }
    item
}

/// The token that a request writes, and the view that it is for: a dot and 11 digits.
pub(crate) fn token_and_view(request: &Request) -> (String, String) {
    let body: Value = request.body_json().unwrap();
    let value = |name: &str| {
        let text = &body["ExpressionAttributeValues"][name]["S"];
        text.as_str().unwrap().to_owned()
    };
    (value(":token"), value(":view"))
}

pub(crate) fn error(status: u16, code: &str) -> ResponseTemplate {
    let body = json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "message": format!("arn:aws:dynamodb:eu-central-1:123456789012:table/{TABLE} says no"),
    });
    answer(status, &body.to_string())
}
