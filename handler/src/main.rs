//! The Lambda function: wires configuration, log, handler and Lambda's runtime together.

use std::cell::Cell;
use std::convert::Infallible;
use std::env;
use std::mem;
use std::process::ExitCode;

use lambda_http::lambda_runtime::{LambdaInvocation, Runtime};
use lambda_http::tower::util::MapRequestLayer;
use lambda_http::{LambdaEvent, service_fn};
use visitor_counter::{Config, Handler, Log, causes, proxy_response};

/// Variables that Lambda sets for every function, and that its runtime library requires.
const LAMBDA_VARIABLES: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

// One thread: a function handles one request at a time, and a small one has less than one CPU.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if let Some(missing) = LAMBDA_VARIABLES
        .iter()
        .find(|name| env::var_os(name).is_none())
    {
        #[expect(clippy::print_stderr, reason = "outside of Lambda a person reads this")]
        {
            eprintln!(
                "error: {missing} is not set, so this isn't AWS Lambda. This program is a Lambda \
                 function; to run the counter on this machine, use `make run`."
            );
        }
        return ExitCode::FAILURE;
    }
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            Log::default().init();
            tracing::error!(code = "BadConfiguration", causes = %error, "start failed");
            return ExitCode::FAILURE;
        }
    };
    config.log.init();
    tracing::info!(
        tableName = %config.table_name,
        allowedOrigins = %config.allowed_origins,
        startCount = %config.start_count,
        region = %config.region,
        endpoint = config.endpoint.as_ref().map(tracing::field::display),
        rootCertificates = config.root_certificates.as_ref().map(tracing::field::display),
        logLevel = ?config.log.level,
        logFormat = ?config.log.format,
        version = env!("CARGO_PKG_VERSION"),
        "started"
    );

    let handler = Handler::new(&config);
    handler.warm_up().await;
    // The runtime would read an event before the handler does. So it gets a null instead.
    let body = Cell::default();
    let take_body = MapRequestLayer::new(|mut invocation: LambdaInvocation| {
        body.set(mem::replace(&mut invocation.body, "null".into()));
        invocation
    });
    let service = service_fn(async |event: LambdaEvent<()>| {
        let body = body.take();
        let json = str::from_utf8(&body).unwrap_or_default();
        let response = handler.handle(json, Some(&event.context)).await;
        Ok::<_, Infallible>(proxy_response(response))
    });
    // Not lambda_runtime::run, which adds a log span: the handler has its own.
    match Runtime::new(service).layer(take_body).run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(code = "RuntimeApi", causes = causes(&*error), "stopped");
            ExitCode::FAILURE
        }
    }
}
