"""Makes a program's resources in the emulator, by calls of AWS's API."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kinds import GATEWAY_ACCOUNT
from pulumi_program import Properties, Provider

from emulator import api, function, monitoring, table
from emulator.clients import Clients
from emulator.inputs import Inputs, RefusedError

Made = tuple[str, Properties]

_MAKERS: dict[str, Callable[[Clients, Inputs], Made]] = {
    "aws:apigateway/basePathMapping:BasePathMapping": api.base_path_mapping,
    "aws:apigateway/deployment:Deployment": api.deployment,
    "aws:apigateway/domainName:DomainName": api.domain_name,
    "aws:apigateway/methodSettings:MethodSettings": api.method_settings,
    "aws:apigateway/restApi:RestApi": api.rest_api,
    "aws:apigateway/stage:Stage": api.stage,
    "aws:cloudwatch/dashboard:Dashboard": monitoring.dashboard,
    "aws:cloudwatch/logGroup:LogGroup": function.log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": monitoring.metric_alarm,
    "aws:dynamodb/table:Table": table.table,
    "aws:iam/role:Role": function.role,
    "aws:iam/rolePolicy:RolePolicy": function.role_policy,
    "aws:lambda/function:Function": function.function,
    "aws:lambda/permission:Permission": function.permission,
    "aws:sns/topic:Topic": monitoring.topic,
    "aws:sns/topicSubscription:TopicSubscription": monitoring.topic_subscription,
    "aws:wafv2/webAclAssociation:WebAclAssociation": api.web_acl_association,
}


@dataclass(frozen=True)
class EmulatedAws(Provider):
    """Refuses unknown types and inputs: a skipped one would count as tested."""

    aws: Clients
    _made: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def create(self, kind: str, name: str, inputs: Properties) -> Made:
        """Make a resource.

        Raises:
            RefusedError: the provider doesn't know its type or one of its inputs, or has made it
                before. AWS overwrites some kinds without a word.

        """
        if kind not in _MAKERS:
            message = f"{name} is of type {kind}, which the provider doesn't know"
            raise RefusedError(message)
        taken = Inputs(f"{kind} {name}", inputs)
        made = _MAKERS[kind](self.aws, taken)
        taken.finish()
        if (kind, made[0]) in self._made:
            message = f"{kind} {made[0]} is made twice"
            raise RefusedError(message)
        self._made.add((kind, made[0]))
        return made

    def read(self, kind: str, resource_id: str) -> Properties:
        """Return the region's setting of API Gateway, the only thing that is looked at."""
        assert (kind, resource_id) == (GATEWAY_ACCOUNT, "api-gateway-account")
        # Without a role, the key is missing.
        role = self.aws.apigateway.get_account().get("cloudwatchRoleArn")
        return {"cloudwatchRoleArn": role} if role else {}
