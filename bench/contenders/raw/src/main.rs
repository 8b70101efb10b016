//! A function that makes one plain HTTP request, on a connection that stays: the least that any
//! counter does. No signature, no time limit, no look at the answer.

use std::env;

use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lambda_http::http::{self, Method};
use lambda_http::{Error, Request, service_fn};

const UPDATE: &str = r#"{"TableName":"visits","Key":{"id":{"S":"site"}},"UpdateExpression":"SET visits = if_not_exists(visits, :start) + :one","ExpressionAttributeValues":{":start":{"N":"0"},":one":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let endpoint = env::var("AWS_ENDPOINT_URL_DYNAMODB")?;
    let client: Client<HttpConnector, Full<&[u8]>> =
        Client::builder(TokioExecutor::new()).build_http();
    lambda_http::run(service_fn(|_: Request| async {
        let update = http::Request::builder()
            .method(Method::POST)
            .uri(&endpoint)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.UpdateItem")
            .body(Full::new(UPDATE.as_bytes()))?;
        let answer = client.request(update).await?.into_body().collect().await?;
        Ok::<_, Error>(String::from_utf8(answer.to_bytes().to_vec())?)
    }))
    .await
}
