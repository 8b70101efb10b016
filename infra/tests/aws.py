"""A fake AWS that only answers, with ids and ARNs in AWS's formats, and creates nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from kinds import GATEWAY_ACCOUNT
from pulumi_program import Properties, Provider

REGION = "us-east-1"
ACCOUNT = "123456789012"
API_ID = "a1b2c3d4e5"


@dataclass(frozen=True)
class PretendedAws(Provider):
    """Computes a resource's outputs. An unknown type is an error, not an empty answer."""

    log_role: str | None = f"arn:aws:iam::{ACCOUNT}:role/gateway-logs"
    """With which API Gateway logs in the account and region."""

    def create(self, kind: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        """Return the outputs that AWS would add."""
        return f"{name}-{kind.rsplit(':', maxsplit=1)[-1]}", _OUTPUTS[kind](inputs)

    def read(self, kind: str, resource_id: str) -> Properties:
        """Return the region's setting of API Gateway, the only thing that is looked at."""
        assert (kind, resource_id) == (GATEWAY_ACCOUNT, "api-gateway-account")
        return {"cloudwatchRoleArn": self.log_role} if self.log_role else {}


def _arn(service: str, resource: str, region: str = REGION) -> Properties:
    return {"arn": f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"}


def _function(inputs: Properties) -> Properties:
    arn = _arn("lambda", f"function:{inputs['name']}")
    invoke = (
        f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn['arn']}/invocations"
    )
    return arn | {"invokeArn": invoke}


def _stage(inputs: Properties) -> Properties:
    url = f"https://{inputs['restApi']}.execute-api.{REGION}.amazonaws.com/{inputs['stageName']}"
    path = f"/restapis/{inputs['restApi']}/stages/{inputs['stageName']}"
    return {"arn": f"arn:aws:apigateway:{REGION}::{path}", "invokeUrl": url}


def _domain(_: Properties) -> Properties:
    name = f"d-{API_ID}.execute-api.{REGION}.amazonaws.com"
    return {"regionalDomainName": name, "regionalZoneId": "Z1UJRXOUMOOFQ8"}


def _vault(inputs: Properties) -> Properties:
    name, region = inputs["name"], inputs.get("region", REGION)
    return {"name": name} | _arn("backup", f"backup-vault:{name}", region)


def _nothing(_: Properties) -> Properties:
    return {}


_OUTPUTS: dict[str, Callable[[Properties], Properties]] = {
    "aws:apigateway/account:Account": _nothing,
    "aws:apigateway/basePathMapping:BasePathMapping": _nothing,
    "aws:apigateway/deployment:Deployment": _nothing,
    "aws:apigateway/domainName:DomainName": _domain,
    "aws:apigateway/methodSettings:MethodSettings": _nothing,
    "aws:apigateway/restApi:RestApi": lambda _: {
        "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}"
    },
    "aws:apigateway/stage:Stage": _stage,
    "aws:backup/plan:Plan": _nothing,
    "aws:backup/selection:Selection": _nothing,
    "aws:backup/vault:Vault": _vault,
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": _nothing,
    "aws:budgets/budget:Budget": _nothing,
    "aws:cloudwatch/dashboard:Dashboard": _nothing,
    "aws:cloudwatch/logGroup:LogGroup": lambda each: _arn("logs", f"log-group:{each['name']}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": lambda each: _arn(
        "cloudwatch", f"alarm:{each['name']}"
    ),
    "aws:dynamodb/table:Table": lambda each: _arn("dynamodb", f"table/{each['name']}"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": lambda each: _arn(
        "iam", f"oidc-provider/{each['url'].removeprefix('https://')}", region=""
    ),
    "aws:iam/policy:Policy": lambda each: _arn("iam", f"policy/{each['name']}", region=""),
    "aws:iam/role:Role": lambda each: _arn("iam", f"role/{each['name']}", region=""),
    "aws:iam/rolePolicy:RolePolicy": _nothing,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _nothing,
    "aws:lambda/function:Function": _function,
    "aws:lambda/permission:Permission": _nothing,
    "aws:s3/bucket:Bucket": lambda each: {
        "arn": f"arn:aws:s3:::{each['bucket']}",
        "region": REGION,
    },
    "aws:s3/bucketPolicy:BucketPolicy": _nothing,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _nothing,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        _nothing
    ),
    "aws:s3/bucketVersioning:BucketVersioning": _nothing,
    "aws:sns/topic:Topic": lambda each: _arn("sns", each["name"]),
    "aws:sns/topicSubscription:TopicSubscription": _nothing,
    "aws:wafv2/webAclAssociation:WebAclAssociation": _nothing,
}
