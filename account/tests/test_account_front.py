"""The rights on what is in front of an API: its domain, its web ACL, and API Gateway's log role."""

import pytest
from aws import ACCOUNT
from iam import allows
from pretended_account import policy_of, run_account

GATEWAY = "arn:aws:apigateway:us-east-1::"
WEB_ACL = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/webacl/flood/0f1e2d3c"
DOMAIN = f"{GATEWAY}/domainnames/counter.example.com"
MAPPINGS = f"{DOMAIN}/basepathmappings"
WRITING = ("DELETE", "PATCH", "POST", "PUT")
STACKS = ("staging", "prod")


def stage(stack: str) -> str:
    return f"{GATEWAY}/restapis/a1b2c3d4e5/stages/{stack}"


def tags_of(stack: str) -> dict[str, str]:
    return {"aws:ResourceTag/project": "visitor-counter", "aws:ResourceTag/stack": stack}


@pytest.mark.parametrize("role", ["deploy-staging", "deploy-prod", "drift", "preview"])
def test_who_previews_or_compares_sees_the_log_role_and_can_not_change_it(role: str) -> None:
    policy = policy_of(run_account(), role)
    assert allows(policy, "apigateway:GET", f"{GATEWAY}/account")
    for verb in WRITING:
        assert not allows(policy, f"apigateway:{verb}", f"{GATEWAY}/account")


@pytest.mark.parametrize("stack", STACKS)
def test_a_domain_is_made_and_changed_by_an_administrator(stack: str) -> None:
    policy = policy_of(run_account(), f"deploy-{stack}")
    requested = {key.replace("Resource", "Request"): value for key, value in tags_of(stack).items()}
    for context in ({}, tags_of(stack), requested, {**tags_of(stack), **requested}):
        assert not allows(policy, "apigateway:POST", f"{GATEWAY}/domainnames", context)
        for verb in WRITING:
            for resource in (DOMAIN, MAPPINGS, f"{MAPPINGS}/(none)"):
                assert not allows(policy, f"apigateway:{verb}", resource, context)
    # Nor does the role claim one by tags.
    tags = f"{GATEWAY}/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fdomainnames%2Fa.example"
    assert not allows(policy, "apigateway:PUT", tags, requested)


@pytest.mark.parametrize("stack", STACKS)
def test_a_role_reads_the_domain_of_its_own_stack_alone(stack: str) -> None:
    policy = policy_of(run_account(), f"deploy-{stack}")
    for other in STACKS:
        for resource in (DOMAIN, f"{MAPPINGS}/(none)"):
            assert allows(policy, "apigateway:GET", resource, tags_of(other)) == (other == stack)
    drift = policy_of(run_account(), "drift")
    assert allows(drift, "apigateway:GET", DOMAIN, tags_of(stack))


@pytest.mark.parametrize("stack", STACKS)
def test_a_role_chooses_the_web_acl_of_its_own_stack_alone(stack: str) -> None:
    policy = policy_of(run_account(), f"deploy-{stack}")
    for action in ("AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource"):
        assert allows(policy, f"wafv2:{action}", WEB_ACL)
        for other in STACKS:
            assert allows(policy, f"wafv2:{action}", stage(other)) == (other == stack)
    for other in STACKS:
        allowed = allows(policy, "apigateway:SetWebACL", stage(other), tags_of(other))
        assert allowed == (other == stack)
    # A stage of another project may have the same name.
    assert not allows(policy, "apigateway:SetWebACL", stage(stack))


@pytest.mark.parametrize("stack", STACKS)
def test_a_role_neither_makes_nor_changes_a_web_acl(stack: str) -> None:
    policy = policy_of(run_account(), f"deploy-{stack}")
    for action in ("CreateWebACL", "UpdateWebACL", "DeleteWebACL", "PutLoggingConfiguration"):
        assert not allows(policy, f"wafv2:{action}", WEB_ACL)


def test_the_drift_role_sees_the_web_acl_of_each_stack_and_chooses_none() -> None:
    policy = policy_of(run_account(), "drift")
    for stack in STACKS:
        assert allows(policy, "wafv2:GetWebACLForResource", stage(stack))
        assert not allows(policy, "wafv2:AssociateWebACL", stage(stack))
        assert not allows(policy, "apigateway:SetWebACL", stage(stack), tags_of(stack))
    assert allows(policy, "wafv2:GetWebACL", WEB_ACL)
    assert not allows(policy, "wafv2:AssociateWebACL", WEB_ACL)
