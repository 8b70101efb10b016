//! A function that makes one plain HTTP request on a connection that it keeps: the least that any
//! counter sends to DynamoDB. It doesn't sign, has no time limit and doesn't read the answer.

use std::env;

use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lambda_http::http::{self, Method};
use lambda_http::{Error, Request, service_fn};

/// The write of version 0.1.0. The one of today differs from visit to visit.
const UPDATE: &str = r#"{"TableName":"visits","Key":{"id":{"S":"site"}},"ReturnValues":"UPDATED_NEW","UpdateExpression":"SET visits = if_not_exists(visits, :start) + :one","ConditionExpression":"attribute_not_exists(visits) OR visits BETWEEN :zero AND :max","ExpressionAttributeValues":{":start":{"N":"0"},":one":{"N":"1"},":zero":{"N":"0"},":max":{"N":"9007199254740990"}}}"#;

/// A signature that nobody checks. Every request must have one.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 \
    Credential=AKIDEXAMPLEAKIDEXAMP/20260101/eu-central-1/dynamodb/aws4_request, \
    SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
    Signature=d3b07384d113edec49eaa6238ad5ff00d3b07384d113edec49eaa6238ad5ff00";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let endpoint = env::var("AWS_ENDPOINT_URL_DYNAMODB")?;
    let session_token = env::var("AWS_SESSION_TOKEN")?;
    let client: Client<HttpConnector, Full<&[u8]>> =
        Client::builder(TokioExecutor::new()).build_http();
    lambda_http::run(service_fn(|_: Request| async {
        let update = http::Request::builder()
            .method(Method::POST)
            .uri(&endpoint)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.UpdateItem")
            .header("x-amz-date", "20260101T000000Z")
            .header("x-amz-security-token", &session_token)
            .header("authorization", AUTHORIZATION)
            .body(Full::new(UPDATE.as_bytes()))?;
        let answer = client.request(update).await?.into_body().collect().await?;
        Ok::<_, Error>(String::from_utf8(answer.to_bytes().to_vec())?)
    }))
    .await
}
