"""Makes the function, its role and its log."""

from pathlib import Path
from uuid import uuid4

from pulumi import FileArchive
from pulumi_program import Properties

from emulator.clients import REGION, Clients
from emulator.inputs import Inputs


def log_group(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make a log group."""
    name: str = inputs.take("name")
    aws.logs.create_log_group(logGroupName=name, tags=inputs.take("tags"))
    aws.logs.put_retention_policy(logGroupName=name, retentionInDays=inputs.take("retentionInDays"))
    groups = aws.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return name, {"arn": groups[0].get("logGroupArn")}


def role(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make a role."""
    name: str = inputs.take("name")
    created = aws.iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=inputs.take("assumeRolePolicy"),
        Tags=inputs.tags(),
        **inputs.capitalized("description", "permissionsBoundary"),
    )
    return name, {"arn": created["Role"]["Arn"]}


def role_policy(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Give a role its rights."""
    role, name = inputs.take("role"), inputs.take("name")
    aws.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=inputs.take("policy"))
    return f"{role}:{name}", {}


def function(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make a function. It runs on this machine and ignores its declared architecture."""
    name: str = inputs.take("name")
    created = aws.functions.create_function(
        FunctionName=name,
        Code={"ZipFile": _content(inputs.take("code"))},
        Environment=inputs.nested("environment").capitalized("variables"),
        LoggingConfig=inputs.nested("loggingConfig").capitalized(
            "logGroup", "logFormat", "applicationLogLevel", "systemLogLevel"
        ),
        TracingConfig=inputs.nested("tracingConfig").capitalized("mode"),
        Tags=inputs.take("tags"),
        **inputs.capitalized(
            *("description", "runtime", "architectures", "handler", "role"),
            *("timeout", "memorySize"),
        ),
    )
    if inputs.has("reservedConcurrentExecutions"):
        aws.functions.put_function_concurrency(
            FunctionName=name, **inputs.capitalized("reservedConcurrentExecutions")
        )
    arn = created["FunctionArn"]
    path = f"lambda:path/2015-03-31/functions/{arn}/invocations"
    return name, {"arn": arn, "invokeArn": f"arn:aws:apigateway:{REGION}:{path}"}


def permission(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Let a service call a function."""
    statement = str(uuid4())
    aws.functions.add_permission(
        StatementId=statement,
        FunctionName=inputs.take("function"),
        Action=inputs.take("action"),
        Principal=inputs.take("principal"),
        SourceArn=inputs.take("sourceArn"),
    )
    return statement, {}


def _content(archive: FileArchive) -> bytes:
    return Path(archive.path).read_bytes()
