//! A function that does nothing: the cost of Lambda's runtime alone.

use hello::{ANSWER, Unread};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = service_fn(async |_: LambdaEvent<Unread>| Ok::<_, Error>(ANSWER));
    // Not lambda_runtime::run, which adds a log span.
    Runtime::new(service).run().await
}
