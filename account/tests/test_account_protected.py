"""What someone could do who got hold of a deploy role.

The ways to lose the count, and to get at more than the role's own stack.
"""

from urllib.parse import quote

import pytest
from aws import ACCOUNT, API_ID
from iam import Context, allows
from pretended_account import policy_of, run_account

RUN = run_account({"stateBucket": "my-state", "backupDays": 90})

Row = tuple[str, str, Context]
"""Action, resource and context; {} stands for the stack's name."""


def arn(service: str, resource: str, region: str = "us-east-1") -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


TABLE = arn("dynamodb", "table/visitor-counter-{}")
BACKUP = f"{TABLE}/backup/01700000000000-1a2b3c4d"
FUNCTION = arn("lambda", "function:visitor-counter-{}")
ROLE = arn("iam", "role/visitor-counter-{}", region="")
BOUNDARY = arn("iam", "policy/boundary-visitor-counter-{}", region="")
TOPIC = arn("sns", "visitor-counter-{}-alarms")
LOG = arn("logs", "log-group:/aws/lambda/visitor-counter-{}:*")
ACCESS_LOG = arn("logs", "log-group:/aws/apigateway/visitor-counter-{}")
STREAM = arn("firehose", "deliverystream/amazon-apigateway-others")
VAULT = arn("backup", "backup-vault:backup-0f1e2d3")
RECOVERY_POINT = arn("backup", "recovery-point:5d4c3b2a")
API = f"arn:aws:apigateway:us-east-1::/restapis/{API_ID}"
STAGE = f"{API}/stages/{{}}"
TAGS = f"arn:aws:apigateway:us-east-1::/tags/{quote(API, safe='')}"
BUCKET = "arn:aws:s3:::my-state"
STATE = f"{BUCKET}/.pulumi/stacks/visitor-counter/{{}}.json"

INSIDE: Context = {"iam:PermissionsBoundary": BOUNDARY}
OWN: Context = {"aws:ResourceTag/project": "visitor-counter", "aws:ResourceTag/stack": "{}"}
TO_OTHER: Context = {"aws:RequestTag/stack": "other"}


def logging_to(destination: str) -> Context:
    """Return the context of a change that sends the access log of the role's own API somewhere."""
    return {**OWN, "apigateway:Request/AccessLoggingDestination": destination}


# What makes a number unrecoverable, or the API's address, which every page calls; and what lets
# others in for good.
LOSING: list[Row] = [
    ("dynamodb:DeleteTable", TABLE, {}),
    ("dynamodb:UpdateTable", TABLE, {}),  # Deletion protection off, then by another's hand.
    ("dynamodb:UpdateContinuousBackups", TABLE, {}),
    ("apigateway:DELETE", API, OWN),
    ("apigateway:DELETE", f"{API}/", OWN),
    ("apigateway:DELETE", STAGE, OWN),
    ("apigateway:DELETE", TAGS, OWN),
    # Others' rights may depend on tags, and which tables are backed up.
    ("dynamodb:TagResource", TABLE, {}),
    ("dynamodb:UntagResource", TABLE, {}),
    ("apigateway:PUT", TAGS, OWN),
    ("iam:TagRole", ROLE, {}),
    ("lambda:TagResource", FUNCTION, {}),
    ("lambda:UntagResource", FUNCTION, {}),
    ("sns:TagResource", TOPIC, {}),
    ("sns:UntagResource", TOPIC, {}),
    ("iam:DeleteRole", ROLE, INSIDE),
    # Everyone may take the function's role, and keep it.
    ("iam:UpdateAssumeRolePolicy", ROLE, INSIDE),
    ("iam:CreateRole", ROLE, INSIDE),
    # Another account may listen, or send false alarms.
    ("sns:SetTopicAttributes", TOPIC, {}),
]

# What no deploy role may do, staging's neither.
NEVER: list[Row] = [
    ("dynamodb:UpdateTimeToLive", TABLE, {}),
    ("dynamodb:DeleteBackup", BACKUP, {}),
    ("dynamodb:PutResourcePolicy", TABLE, {}),
    ("dynamodb:DeleteResourcePolicy", TABLE, {}),
    ("dynamodb:EnableKinesisStreamingDestination", TABLE, {}),
    ("dynamodb:ExportTableToPointInTime", TABLE, {}),
    ("dynamodb:RestoreTableToPointInTime", TABLE, {}),
    ("dynamodb:RestoreTableFromBackup", BACKUP, {}),
    ("dynamodb:ImportTable", TABLE, {}),
    ("dynamodb:CreateTableReplica", TABLE, {}),
    ("dynamodb:CreateGlobalTable", TABLE, {}),
    ("dynamodb:PutItem", TABLE, {}),
    ("dynamodb:UpdateItem", TABLE, {}),
    ("dynamodb:DeleteItem", TABLE, {}),
    ("dynamodb:BatchWriteItem", TABLE, {}),
    ("dynamodb:PartiQLUpdate", TABLE, {}),
    ("backup:DeleteRecoveryPoint", RECOVERY_POINT, {}),
    ("backup:UpdateRecoveryPointLifecycle", RECOVERY_POINT, {}),
    ("backup:DeleteBackupVaultLockConfiguration", VAULT, {}),
    ("backup:PutBackupVaultLockConfiguration", VAULT, {}),
    ("backup:PutBackupVaultAccessPolicy", VAULT, {}),
    ("backup:DeleteBackupVault", VAULT, {}),
    ("backup:StopBackupJob", "*", {}),
    ("backup:DeleteBackupSelection", arn("backup", "backup-plan:1a2b3c4d"), {}),
    ("backup:DeleteBackupPlan", arn("backup", "backup-plan:1a2b3c4d"), {}),
    ("iam:DeleteRolePermissionsBoundary", ROLE, INSIDE),
    ("iam:PutRolePermissionsBoundary", ROLE, {"iam:PermissionsBoundary": f"{BOUNDARY}-2"}),
    ("iam:PutRolePermissionsBoundary", ROLE, {}),
    ("iam:CreateRole", ROLE, {}),
    ("iam:PutRolePolicy", ROLE, {}),
    ("iam:AttachRolePolicy", ROLE, INSIDE),
    ("iam:CreatePolicyVersion", BOUNDARY, {}),
    ("iam:SetDefaultPolicyVersion", BOUNDARY, {}),
    ("iam:DeletePolicy", BOUNDARY, {}),
    ("iam:PutRolePolicy", arn("iam", "role/deploy-visitor-counter-{}", region=""), INSIDE),
    ("iam:UpdateAssumeRolePolicy", arn("iam", "role/deploy-visitor-counter-{}", region=""), INSIDE),
    ("iam:PassRole", ROLE, {"iam:PassedToService": "apigateway.amazonaws.com"}),
    ("iam:PassRole", ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
    (
        "iam:PassRole",
        arn("iam", "role/backup-0f1e2d3", region=""),
        {"iam:PassedToService": "backup.amazonaws.com"},
    ),
    ("iam:CreateUser", arn("iam", "user/someone", region=""), {}),
    ("iam:UpdateOpenIDConnectProviderThumbprint", "*", {}),
    ("iam:AddClientIDToOpenIDConnectProvider", "*", {}),
    ("sts:AssumeRole", ROLE, {}),
    ("lambda:AddPermission", FUNCTION, {"lambda:Principal": "210987654321"}),
    ("lambda:AddPermission", FUNCTION, {"lambda:Principal": "*"}),
    (
        "lambda:AddPermission",
        FUNCTION,
        {"lambda:Principal": "*", "lambda:FunctionUrlAuthType": "NONE"},
    ),
    ("lambda:AddPermission", FUNCTION, {"lambda:Principal": "sns.amazonaws.com"}),
    ("lambda:CreateFunctionUrlConfig", FUNCTION, {}),
    ("lambda:CreateEventSourceMapping", "*", {}),
    ("lambda:PutFunctionEventInvokeConfig", FUNCTION, {}),
    ("lambda:InvokeFunction", FUNCTION, {}),
    ("lambda:AddLayerVersionPermission", "*", {}),
    ("lambda:PutProvisionedConcurrencyConfig", FUNCTION, {}),
    ("apigateway:UpdateRestApiPolicy", API, OWN),
    # Another stack's role could delete it then.
    ("apigateway:PUT", TAGS, {**OWN, **TO_OTHER}),
    # API Gateway's log role may write to any log, and what is written is the stage's format.
    ("apigateway:PATCH", STAGE, logging_to(LOG)),
    ("apigateway:PATCH", STAGE, logging_to(f"{ACCESS_LOG}-2")),
    ("apigateway:PATCH", STAGE, logging_to(STREAM)),
    ("apigateway:POST", f"{API}/stages", logging_to(LOG)),
    ("logs:PutSubscriptionFilter", LOG, {}),
    ("logs:PutResourcePolicy", "*", {}),
    ("logs:PutDestination", "*", {}),
    ("logs:AssociateKmsKey", LOG, {}),
    ("sns:AddPermission", TOPIC, {}),
    ("sns:Subscribe", TOPIC, {"sns:Protocol": "sqs"}),
    ("sns:Subscribe", TOPIC, {"sns:Protocol": "https"}),
    ("sns:Subscribe", TOPIC, {"sns:Protocol": "lambda"}),
    # Previews show the ARNs of subscriptions, and their attributes are addresses.
    ("sns:Unsubscribe", arn("sns", "others"), {}),
    ("sns:GetSubscriptionAttributes", arn("sns", "others"), {}),
    ("cloudwatch:DisableAlarmActions", arn("cloudwatch", "alarm:visitor-counter-{}-api-5xx"), {}),
    ("s3:DeleteObjectVersion", STATE, {}),
    ("s3:PutObject", f"{BUCKET}/.pulumi/stacks/visitor-counter/other.json", {}),
    ("s3:PutObject", f"{BUCKET}/.pulumi/stacks/visitor-counter-account/account.json", {}),
    ("s3:GetObject", f"{BUCKET}/.pulumi/stacks/visitor-counter-account/account.json", {}),
    ("s3:PutObject", f"{BUCKET}/.pulumi/meta.yaml", {}),
    ("s3:PutBucketVersioning", BUCKET, {}),
    ("s3:PutLifecycleConfiguration", BUCKET, {}),
    ("s3:PutBucketPolicy", BUCKET, {}),
    ("s3:DeleteBucket", BUCKET, {}),
    ("budgets:ModifyBudget", arn("budgets", "budget/visitor-counter", region=""), {}),
]

# What an update needs.
UPDATING: list[Row] = [
    ("lambda:UpdateFunctionCode", FUNCTION, {}),
    ("lambda:UpdateFunctionConfiguration", FUNCTION, {}),
    ("lambda:AddPermission", FUNCTION, {"lambda:Principal": "apigateway.amazonaws.com"}),
    ("iam:PutRolePolicy", ROLE, INSIDE),
    ("apigateway:PUT", API, OWN),
    ("apigateway:PATCH", API, OWN),
    ("apigateway:POST", f"{API}/deployments", OWN),
    ("apigateway:DELETE", f"{API}/deployments/d1", OWN),
    ("apigateway:PATCH", STAGE, OWN),
    ("apigateway:PATCH", STAGE, logging_to(ACCESS_LOG)),
    ("apigateway:PATCH", STAGE, logging_to("")),
    ("logs:PutRetentionPolicy", LOG, {}),
    ("logs:CreateLogGroup", arn("logs", "log-group:/aws/apigateway/visitor-counter-{}:*"), {}),
    ("sns:Subscribe", TOPIC, {"sns:Protocol": "email"}),
    ("sns:Unsubscribe", TOPIC, {}),
    ("cloudwatch:PutMetricAlarm", arn("cloudwatch", "alarm:visitor-counter-{}-api-5xx"), {}),
    ("s3:PutObject", STATE, {}),
    ("s3:DeleteObject", STATE, {}),
]


def allowed(role: str, row: Row, stack: str = "prod") -> bool:
    action, resource, context = row
    named = {key: str(value).format(stack) for key, value in context.items()}
    return allows(policy_of(RUN, role), action, resource.format(stack), named)


@pytest.mark.parametrize("row", LOSING)
def test_prods_role_can_not_lose_the_count_and_stagings_can(row: Row) -> None:
    assert not allowed("deploy-prod", row)
    assert allowed("deploy-staging", row, "staging")


@pytest.mark.parametrize("row", NEVER)
def test_no_role_can_climb_or_touch_what_recovers_the_count(row: Row) -> None:
    assert not allowed("deploy-prod", row)
    assert not allowed("deploy-staging", row, "staging")


@pytest.mark.parametrize("row", UPDATING)
def test_an_update_needs_no_administrator(row: Row) -> None:
    assert allowed("deploy-prod", row)
    assert allowed("deploy-staging", row, "staging")


@pytest.mark.parametrize("row", [*LOSING, *NEVER, *UPDATING])
def test_a_role_that_only_looks_may_do_none_of_this(row: Row) -> None:
    assert not allowed("preview", row)
    assert not allowed("drift", row)


def test_only_a_protected_environment_sets_instances_aside() -> None:
    row: Row = ("lambda:PutFunctionConcurrency", FUNCTION, {})
    assert allowed("deploy-prod", row)
    assert not allowed("deploy-staging", row, "staging")
