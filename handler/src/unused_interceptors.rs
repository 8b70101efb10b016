//! SDK features that this client doesn't need, and that cost time in every request.

use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::service_clock_skew::ServiceClockSkewInterceptor;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::disable_interceptor;

/// Removes the headers that only tell AWS about the SDK: user agents, the attempt's number, the
/// invocation's id. Also removes the correction of a wrong clock: Lambda's is right.
#[derive(Debug)]
pub(crate) struct DisableUnusedInterceptors;

impl Intercept for DisableUnusedInterceptors {
    fn name(&self) -> &'static str {
        "disable unused interceptors"
    }

    /// The first of all hooks, so it runs before any of these.
    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let cause = "DynamoDB doesn't need it";
        let state = config.interceptor_state();
        state.store_put(disable_interceptor::<UserAgentInterceptor>(cause));
        state.store_put(disable_interceptor::<InvocationIdInterceptor>(cause));
        state.store_put(disable_interceptor::<RequestInfoInterceptor>(cause));
        state.store_put(disable_interceptor::<ServiceClockSkewInterceptor>(cause));
        Ok(())
    }
}
