//! `make run`: the counter in one process, on one local port, without an AWS account.
//!
//! * `data`: the file that keeps the count, opened by an embedded DynamoDB. The function's code
//!   reaches it over the network, as it would AWS's, and so can other programs of this machine.
//! * `gateway`: API Gateway's part: from HTTP to events and back, with the function's handler
//!   between.
//! * `page`: the demo page.
//! * `start`: settings and port; `start_error`: what can go wrong before the first visit.

mod data;
mod gateway;
mod page;
mod start;
mod start_error;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::timeout;
use visitor_counter::Handler;

use crate::start::Settings;
use crate::start_error::StartError;

/// How long the process waits for unfinished requests before it ends.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in error.to_string().lines() {
                say(io::stderr(), &format!("error: {line}\n"));
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), StartError> {
    let Settings { port, mut config } = start::settings()?;
    let listener = start::listen(port).await?;
    let dynamodb = data::open()?.serve().await?;
    #[expect(clippy::expect_used, reason = "the server's URL is always an endpoint")]
    let endpoint = dynamodb.url().parse().expect("an endpoint");
    config.endpoint = Some(endpoint);
    config.log.init();
    let handler = Handler::new(&config);
    handler.warm_up().await;

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (stop, stopped) = oneshot::channel::<()>();
    let banner = banner(listener.local_addr()?, dynamodb.url(), &data::path()?);
    say(io::stdout(), &banner);
    let server = axum::serve(listener, gateway::routes(handler)).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let server = tokio::spawn(server.into_future());

    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    let _ = stop.send(());
    // A client that never ends its request must not keep the process alive.
    let _ = timeout(SHUTDOWN_LIMIT, server).await;
    say(io::stdout(), "\nStopped. The count is kept.\n");
    Ok(())
}

fn banner(address: SocketAddr, dynamodb: &str, data: &Path) -> String {
    format!(
        "The visitor counter is running.\n  \
         page      http://{address}/\n  \
         counter   http://{address}/visitorcount\n  \
         dynamodb  {dynamodb} (table {table})\n  \
         data      {data}\n\
         Ctrl-C stops it. Delete the data to start anew.\n",
        table = data::TABLE,
        data = data.display(),
    )
}

/// Prints. The reader may be gone, which is no reason to end.
fn say(mut to: impl Write, text: &str) {
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}
