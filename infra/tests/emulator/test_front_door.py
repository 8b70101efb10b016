"""What is in front of a deployed stack: its domain, its web ACL, and what the account must have."""

from typing import Any

import pytest
from client import Counter
from stack.config import ConfigError

from emulator.clients import ACCOUNT, REGION, Clients
from emulator.deployed import Cloud, Deployed

DOMAIN = "counter.example.com"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0f1e2d3c"


@pytest.fixture(scope="module")
def fronted(cloud: Cloud) -> Deployed:
    """Return a stack with a domain."""
    return cloud.deploy("fronted", domainName=DOMAIN, certificateArn=CERTIFICATE)


def test_pages_call_the_domain_without_the_stage_in_the_path(fronted: Deployed) -> None:
    assert fronted.url == f"https://{DOMAIN}/visitorcount"
    endpoint = fronted.aws.apigateway.meta.endpoint_url
    at_domain = Counter(f"{endpoint}/visitorcount")
    host = {"Host": DOMAIN}
    assert at_domain.request("GET", headers=host).json() == {"count": 1, "counted": True}
    assert at_domain.request("GET", "/current", host).json() == {"count": 1}
    assert at_domain.request("OPTIONS", headers=host).status_code == 204
    assert at_domain.request("GET", "/elsewhere", host).status_code == 404
    assert fronted.stored() == 1


def test_the_owner_is_told_the_host_that_the_domain_points_to(fronted: Deployed) -> None:
    domain = fronted.aws.apigateway.get_domain_name(domainName=DOMAIN)
    assert fronted.outputs["domainTarget"] == domain["regionalDomainName"]
    assert fronted.outputs["domainTargetZoneId"] == domain["regionalHostedZoneId"]
    assert domain["regionalCertificateArn"] == CERTIFICATE
    assert domain["securityPolicy"] == "TLS_1_2"


def test_a_web_acl_is_asked_about_the_stage_of_the_api(aws: Clients, cloud: Cloud) -> None:
    web_acl = aws.firewall.create_web_acl(
        Name="flood",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={
            "SampledRequestsEnabled": False,
            "CloudWatchMetricsEnabled": False,
            "MetricName": "flood",
        },
    )["Summary"]["ARN"]
    cloud.deploy("guarded", webAclArn=web_acl)
    api = next(
        each
        for each in aws.apigateway.get_rest_apis()["items"]
        if "guarded" in each.get("name", "")
    )
    [stage] = aws.firewall.list_resources_for_web_acl(WebACLArn=web_acl)["ResourceArns"]
    assert stage == f"arn:aws:apigateway:{REGION}::/restapis/{api.get('id')}/stages/guarded"


def test_without_a_log_role_a_preview_says_so(aws: Clients, cloud: Cloud) -> None:
    path = "/cloudwatchRoleArn"
    role = aws.apigateway.get_account().get("cloudwatchRoleArn")
    aws.apigateway.update_account(patchOperations=[{"op": "remove", "path": path}])
    try:
        with pytest.raises(ConfigError, match="API Gateway has no role for logs"):
            cloud.program.run("logging", cloud.provider, {"accessLogs": True}, preview=True)
    finally:
        if role:
            put_back: Any = {"op": "replace", "path": path, "value": role}
            aws.apigateway.update_account(patchOperations=[put_back])
