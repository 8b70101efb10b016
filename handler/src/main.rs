//! The Lambda function: wires configuration, log, handler and Lambda's runtime together.

use std::convert::Infallible;
use std::env;
use std::process::ExitCode;

use lambda_http::lambda_runtime::Runtime;
use lambda_http::{LambdaEvent, service_fn};
use serde_json::value::RawValue;
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
    let service = service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        let response = handler.handle(event.payload.get(), Some(&event.context));
        Ok::<_, Infallible>(proxy_response(response.await))
    });
    // Not lambda_runtime::run, which adds a log span: the handler has its own.
    match Runtime::new(service).run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(code = "RuntimeApi", causes = causes(&*error), "stopped");
            ExitCode::FAILURE
        }
    }
}
