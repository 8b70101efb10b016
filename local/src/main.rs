//! `make run`: the counter in one process, on one local port, without an AWS account.
//!
//! * `data`: DynamoDB, embedded, with its data in `.local/`.
//! * `gateway`: HTTP to the events of API Gateway and back, with the handler of the Lambda
//!   function between.
//! * `page`: the demo page.
//! * `start`: what can be set, and what can go wrong before the first visit.

mod data;
mod gateway;
mod page;
mod start;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::timeout;
use visitor_counter::Handler;

use crate::data::Database;
use crate::start::StartError;

/// How long requests under way may take to end once the process is told to.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(io::stderr(), &format!("error: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), StartError> {
    let listener = start::listen(start::port()?).await?;
    let dynamodb = Database::open()?.serve().await?;
    let config = start::config(&dynamodb)?;
    config.log.init();
    let handler = Handler::new(&config);
    handler.warm_up().await;

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (stop, stopped) = oneshot::channel::<()>();
    let banner = banner(listener.local_addr()?, &dynamodb, &data::path()?);
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
    // A client that never ends its request doesn't keep the process alive.
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

/// Prints, if anybody listens.
fn say(mut to: impl Write, text: &str) {
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}
