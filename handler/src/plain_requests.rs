//! Requests without what the SDK tells AWS about itself.

use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::service_clock_skew::ServiceClockSkewInterceptor;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::disable_interceptor;

/// Leaves out headers that DynamoDB doesn't need: user agents, the number of an attempt and its
/// id. Also the correction of a wrong clock: Lambda's is right.
#[derive(Debug)]
pub(crate) struct PlainRequests;

impl Intercept for PlainRequests {
    fn name(&self) -> &'static str {
        "plain requests"
    }

    /// First of all hooks, so that none of these has had its turn.
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
