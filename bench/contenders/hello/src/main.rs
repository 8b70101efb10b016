//! A function that does nothing: the cost of Lambda's runtime alone.

use lambda_http::{Error, Request, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(|_: Request| async {
        Ok::<_, Error>(r#"{"count":1}"#)
    }))
    .await
}
