//! A function that sends the counter's write on a connection that it keeps: the least that any
//! counter does. It reads neither the event nor the answer, doesn't sign, and has no time limit.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use hello::{ANSWER, Unread};
use http::Request;
use http_body_util::BodyExt;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};

/// The write around its token, with the slot 0 of an item of its own.
const WRITE: [&str; 3] = [
    concat!(
        r#"{"TableName":"visits","Key":{"id":{"S":"raw"}},"#,
        r#""UpdateExpression":"SET visits = if_not_exists(visits, :start) + :one, v0 = :token, c0 = if_not_exists(visits, :start) + :one, d20782 = if_not_exists(d20782, :zero) + :one","#,
        r#""ConditionExpression":"(attribute_not_exists(visits) OR visits BETWEEN :zero AND :max) AND (attribute_not_exists(v0) OR (v0 < :token AND NOT contains(v0, :view)))","#,
        r#""ExpressionAttributeValues":{":start":{"N":"0"},":one":{"N":"1"},":zero":{"N":"0"},":max":{"N":"9007199254740990"},":token":{"S":""#,
    ),
    r#""},":view":{"S":""#,
    r#""}},"ReturnValues":"UPDATED_NEW","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}"#,
];

/// A signature that nobody checks. Every request must have one.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 \
    Credential=AKIDEXAMPLEAKIDEXAMP/20260101/eu-central-1/dynamodb/aws4_request, \
    SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
    Signature=d3b07384d113edec49eaa6238ad5ff00d3b07384d113edec49eaa6238ad5ff00";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let endpoint = env::var("AWS_ENDPOINT_URL_DYNAMODB")?;
    let session_token = env::var("AWS_SESSION_TOKEN")?;
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()?
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let service = service_fn(async |_: LambdaEvent<Unread>| {
        let request = Request::post(&endpoint)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.UpdateItem")
            .header("x-amz-date", "20260101T000000Z")
            .header("x-amz-security-token", &session_token)
            .header("authorization", AUTHORIZATION)
            .body(write()?)?;
        let answer = client.request(request).await?;
        // Read to its end, or the connection couldn't be used again.
        answer.into_body().collect().await?;
        Ok::<_, Error>(ANSWER)
    });
    Runtime::new(service).run().await
}

/// The write with a token that no earlier one had: as long as the counter's, and later in the order
/// of ASCII.
fn write() -> Result<String, Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let view = format!(".{now:011x}");
    let [start, middle, end] = WRITE;
    Ok([start, &view[1..9], &view, middle, &view, end].concat())
}
