//! The counter as in a tutorial, with all defaults.

use std::env;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use lambda_http::{Body, Error, Request, Response, run, service_fn, tracing};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = Client::new(&config);
    let table = env::var("TABLE_NAME")?;
    run(service_fn(|request| count(&client, &table, request))).await
}

async fn count(client: &Client, table: &str, _: Request) -> Result<Response<Body>, Error> {
    let output = client
        .update_item()
        .table_name(table)
        .key("id", AttributeValue::S("site".into()))
        .update_expression("ADD visits :one")
        .expression_attribute_values(":one", AttributeValue::N("1".into()))
        .return_values(ReturnValue::UpdatedNew)
        .send()
        .await?;
    let visits = output.attributes().and_then(|item| item.get("visits"));
    let Some(Ok(visits)) = visits.map(AttributeValue::as_n) else {
        return Err("the answer holds no number of visits".into());
    };
    let body = json!({ "count": visits.parse::<u64>()? }).to_string();
    Ok(Response::builder()
        .header("content-type", "application/json")
        .header("access-control-allow-origin", "*")
        .body(body.into())?)
}
