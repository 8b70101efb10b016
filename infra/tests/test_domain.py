"""A domain of the owner's, in front of the API."""

import pytest
from aws import ACCOUNT, API_ID, REGION, PretendedAws
from kinds import API, BASE_PATH_MAPPING, DEPLOYMENT, DOMAIN, TABLE
from pulumi_program import UNKNOWN, Program, Run

NAME = "counter.example.com"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
SETTINGS = {"domainName": NAME, "certificateArn": CERTIFICATE}


@pytest.fixture(scope="module")
def with_domain(program: Program, stack: str) -> Run:
    """Return the run of each stack with a domain."""
    return program.run(stack, PretendedAws(), SETTINGS)


def test_the_domain_is_in_the_region_of_the_api_and_refuses_tls_below_1_2(
    with_domain: Run, stack: str
) -> None:
    assert with_domain.one(DOMAIN).inputs == {
        "domainName": NAME,
        "regionalCertificateArn": CERTIFICATE,
        "endpointConfiguration": {"types": "REGIONAL"},
        "securityPolicy": "TLS_1_2",
        "tags": {"project": "visitor-counter", "stack": stack},
    }


def test_its_paths_are_those_of_the_contract_without_the_stage(
    with_domain: Run, stack: str
) -> None:
    assert with_domain.one(BASE_PATH_MAPPING).inputs == {
        "domainName": NAME,
        "restApi": "api-RestApi",
        "stageName": stack,
    }
    assert with_domain.outputs["visitorCountUrl"] == f"https://{NAME}/visitorcount"


def test_its_owner_learns_where_the_dns_record_points_to(with_domain: Run) -> None:
    target = f"d-{API_ID}.execute-api.{REGION}.amazonaws.com"
    assert with_domain.outputs["domainTarget"] == target
    assert with_domain.outputs["domainTargetZoneId"] == "Z1UJRXOUMOOFQ8"


def test_a_preview_knows_the_url_already_but_not_the_target(program: Program) -> None:
    preview = program.run("prod", PretendedAws(), SETTINGS, preview=True)
    assert preview.outputs["visitorCountUrl"] == f"https://{NAME}/visitorcount"
    assert preview.outputs["domainTarget"] is UNKNOWN
    assert preview.one(BASE_PATH_MAPPING).inputs["domainName"] == NAME


def test_all_else_stays_as_it_is_without_a_domain(with_domain: Run, run: Run) -> None:
    own = {DOMAIN, BASE_PATH_MAPPING}
    rest = {key: value for key, value in with_domain.inputs().items() if key[0] not in own}
    assert rest == run.inputs()
    assert "domainTarget" not in run.outputs


def test_the_apis_own_url_can_be_switched_off_which_takes_a_deployment(
    program: Program,
) -> None:
    both, alone = (
        program.run("prod", PretendedAws(), {**SETTINGS, "domainOnly": only})
        for only in (False, True)
    )
    off = [each.one(API).inputs["disableExecuteApiEndpoint"] for each in (both, alone)]
    assert off == [False, True]
    assert both.one(DEPLOYMENT).inputs != alone.one(DEPLOYMENT).inputs


@pytest.mark.parametrize("protect", [True, False])
def test_a_domain_that_pages_call_is_protected_like_the_api(
    program: Program, *, protect: bool
) -> None:
    run = program.run("prod", PretendedAws(), {**SETTINGS, "protect": protect})
    protected = {each.kind for each in run.resources if each.protect}
    assert protected == ({TABLE, API, DOMAIN, BASE_PATH_MAPPING} if protect else set())
