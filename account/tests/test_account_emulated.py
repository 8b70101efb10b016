"""The deploy roles' policies, as another IAM than the tests' own understands them: the emulator's.

It knows neither the tags of APIs nor boundaries, so those rights are tested as data alone.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from botocore.exceptions import ClientError
from emulator.clients import ACCOUNT, Clients
from emulator.server import emulator
from pretended_account import policy_of, run_account

PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"

REFUSALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
"""What IAM's refusal is called, by service."""

Call = Callable[[Clients, str], object]
"""A call for the stack with a name, such as visitor-counter-prod."""

UPDATES: dict[str, Call] = {
    "UpdateFunctionConfiguration": lambda role, name: role.functions.update_function_configuration(
        FunctionName=name, MemorySize=512
    ),
    "PutRetentionPolicy": lambda role, name: role.logs.put_retention_policy(
        logGroupName=f"/aws/lambda/{name}", retentionInDays=30
    ),
    "CreateLogGroup": lambda role, name: role.logs.create_log_group(
        logGroupName=f"/aws/apigateway/{name}"
    ),
    "DescribeTable": lambda role, name: role.dynamodb.describe_table(TableName=name),
}
SETUP: dict[str, Call] = {
    "UpdateTable": lambda role, name: role.dynamodb.update_table(
        TableName=name, DeletionProtectionEnabled=False
    ),
    "UpdateContinuousBackups": lambda role, name: role.dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    ),
    "DeleteTable": lambda role, name: role.dynamodb.delete_table(TableName=name),
    "DeleteFunction": lambda role, name: role.functions.delete_function(FunctionName=name),
    "DeleteLogGroup": lambda role, name: role.logs.delete_log_group(
        logGroupName=f"/aws/lambda/{name}"
    ),
    "DeleteTopic": lambda role, name: role.sns.delete_topic(
        TopicArn=f"arn:aws:sns:us-east-1:{ACCOUNT}:{name}-alarms"
    ),
}
RESERVING: Call = lambda role, name: role.functions.put_function_concurrency(  # noqa: E731
    FunctionName=name, ReservedConcurrentExecutions=1
)
NEVER: dict[str, Call] = {
    "UpdateTimeToLive": lambda role, name: role.dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "visits"}
    ),
    "UpdateItem": lambda role, name: role.dynamodb.update_item(
        TableName=name, Key={"id": {"S": "site"}}
    ),
}


@pytest.fixture(scope="module")
def roles() -> Iterator[dict[str, Clients]]:
    """Return clients with the rights of each deploy role."""
    run = run_account({"oidcProviderArn": PROVIDER})
    with ExitStack() as stack:
        endpoint = stack.enter_context(emulator())
        iam = Clients.of(endpoint)
        stack.callback(iam.close)
        found: dict[str, Clients] = {}
        for environment in ("staging", "prod"):
            user = f"deploy-{environment}"
            iam.iam.create_user(UserName=user)
            iam.iam.put_user_policy(
                UserName=user, PolicyName=user, PolicyDocument=policy_of(run, user)
            )
            key = iam.iam.create_access_key(UserName=user)["AccessKey"]
            found[environment] = Clients.of(endpoint, (key["AccessKeyId"], key["SecretAccessKey"]))
            stack.callback(found[environment].close)
        yield found


def is_refused(call: Call, role: Clients, stack: str) -> bool:
    """Tell whether IAM refuses a call. Nothing is deployed, so others fail for another reason."""
    try:
        call(role, f"visitor-counter-{stack}")
    except ClientError as error:
        return error.response.get("Error", {}).get("Code") in REFUSALS
    return False


@pytest.mark.parametrize("name", UPDATES)
def test_each_role_updates_its_stack_and_no_other(roles: dict[str, Clients], name: str) -> None:
    for stack, other in (("staging", "prod"), ("prod", "staging")):
        assert not is_refused(UPDATES[name], roles[stack], stack)
        assert is_refused(UPDATES[name], roles[stack], other)


@pytest.mark.parametrize("name", SETUP)
def test_only_stagings_role_can_delete_what_it_has(roles: dict[str, Clients], name: str) -> None:
    assert not is_refused(SETUP[name], roles["staging"], "staging")
    for role in roles.values():
        assert is_refused(SETUP[name], role, "prod")


@pytest.mark.parametrize("name", NEVER)
def test_no_role_changes_what_is_in_a_table(roles: dict[str, Clients], name: str) -> None:
    for stack, role in roles.items():
        assert is_refused(NEVER[name], role, stack)


def test_only_prods_role_sets_instances_aside(roles: dict[str, Clients]) -> None:
    assert not is_refused(RESERVING, roles["prod"], "prod")
    assert is_refused(RESERVING, roles["staging"], "staging")
