//! A DynamoDB with canned answers.

use serde_json::{Value, json};
use visitor_counter_testkit::TABLE;
use wiremock::matchers::{body_string_contains, header};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// A server that gives canned answers: one after the other, and then always the last.
pub(crate) struct Canned(MockServer);

impl Canned {
    pub(crate) async fn start<R: Respond + 'static>(answers: impl IntoIterator<Item = R>) -> Self {
        let canned = Self(MockServer::start().await);
        canned.answers("UpdateItem", answers).await;
        canned
    }

    /// A server that answers reads alone.
    pub(crate) async fn reading(answers: impl IntoIterator<Item = ResponseTemplate>) -> Self {
        let canned = Self(MockServer::start().await);
        canned.reads(answers).await;
        canned
    }

    /// Answers reads too.
    pub(crate) async fn reads(&self, answers: impl IntoIterator<Item = ResponseTemplate>) {
        self.answers("GetItem", answers).await;
    }

    /// Answers updates that remove attributes in this way.
    pub(crate) async fn removes(&self, answer: ResponseTemplate) {
        self.updates("REMOVE", answer).await;
    }

    /// Answers updates with this text in this way.
    pub(crate) async fn updates<R: Respond + 'static>(&self, text: &str, answer: R) {
        Mock::given(body_string_contains(text))
            .respond_with(answer)
            .with_priority(1)
            .mount(&self.0)
            .await;
    }

    async fn answers<R: Respond + 'static>(
        &self,
        operation: &str,
        answers: impl IntoIterator<Item = R>,
    ) {
        let target = format!("DynamoDB_20120810.{operation}");
        let mut answers = answers.into_iter().peekable();
        while let Some(answer) = answers.next() {
            let mock = Mock::given(header("x-amz-target", &*target)).respond_with(answer);
            let is_last = answers.peek().is_none();
            if is_last { mock } else { mock.up_to_n_times(1) }
                .mount(&self.0)
                .await;
        }
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
