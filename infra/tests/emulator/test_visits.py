"""The answers of the deployed stacks that need the gateway to be tested."""

import subprocess
import sys

import pytest
import requests
from workspace import PROJECT

from client import Counter
from emulator.deployed import OWN_ORIGINS, Cloud, Deployed

FOREIGN = "https://foreign.example"


def test_staging_passes_the_black_box_suite(staging: Deployed) -> None:
    command = [sys.executable, "-m", "pytest", "tests", "--url", staging.url]
    command += ["-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_first_visit_goes_on_from_the_start_count(cloud: Cloud) -> None:
    moved = cloud.deploy("moved", startCount=41)
    assert [moved.visit(), moved.visit()] == [42, 43]


def test_a_visit_is_the_attribute_visits_of_the_item_site(prod: Deployed) -> None:
    assert prod.visit() == prod.stored()


def test_the_stacks_leave_each_other_alone(staging: Deployed, prod: Deployed) -> None:
    in_staging, in_prod = staging.stored(), prod.stored()
    staging.visit()
    assert (staging.stored(), prod.stored()) == (in_staging + 1, in_prod)
    prod.visit()
    assert (staging.stored(), prod.stored()) == (in_staging + 1, in_prod + 1)


@pytest.mark.parametrize("origin", OWN_ORIGINS)
def test_a_page_of_an_own_origin_counts(prod: Deployed, origin: str) -> None:
    before = prod.stored()
    response = prod.request("GET", origin=origin)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert prod.stored() == before + 1


def test_a_page_of_a_foreign_origin_is_refused_and_not_counted(prod: Deployed) -> None:
    before = prod.stored()
    response = prod.request("GET", origin=FOREIGN)
    assert response.status_code == 403
    assert_problem(response)
    assert prod.stored() == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_an_image_of_a_foreign_page_is_refused_and_not_counted(prod: Deployed, site: str) -> None:
    before = prod.stored()
    response = Counter(prod.url).request("GET", headers={"Sec-Fetch-Site": site})
    assert response.status_code == 403
    assert prod.stored() == before


def test_a_preflight_passes_the_gateway_and_is_not_counted(prod: Deployed) -> None:
    before = prod.stored()
    response = prod.request("OPTIONS", origin=OWN_ORIGINS[0])
    assert response.status_code == 204
    assert response.content == b""
    assert response.headers["Access-Control-Allow-Origin"] == OWN_ORIGINS[0]
    assert response.headers["Access-Control-Allow-Methods"] == "GET, OPTIONS"
    assert prod.request("OPTIONS", origin=FOREIGN).status_code == 403
    assert prod.stored() == before


@pytest.mark.parametrize(("method", "path"), [("GET", "/elsewhere"), ("GET", "s"), ("POST", "")])
def test_the_gateway_answers_404_to_an_unknown_path_or_method(
    prod: Deployed, method: str, path: str
) -> None:
    response = prod.request(method, path, origin=FOREIGN)
    assert response.status_code == 404
    assert assert_problem(response)["status"] == 404


def test_the_gateway_refuses_more_visits_than_the_throttle_lets_through(cloud: Cloud) -> None:
    busy = cloud.deploy("busy", throttleRate=1, throttleBurst=2)
    answers = [busy.request("GET") for _ in range(20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) > 10
    for answer in refused:
        assert assert_problem(answer)["status"] == 429
        assert answer.headers["Retry-After"] == "1"
    assert busy.stored() == len(answers) - len(refused)


def test_a_popular_badge_uses_up_no_visits(cloud: Cloud) -> None:
    popular = cloud.deploy("popular", readThrottleRate=1, readThrottleBurst=2)
    badges = [popular.request("GET", "/badge.svg").status_code for _ in range(20)]
    assert badges.count(429) > 10
    assert [popular.visit() for _ in range(3)] == [1, 2, 3]
    assert popular.request("GET", "/current").json() == {"count": 3}


def test_a_page_is_an_item_of_its_own(cloud: Cloud) -> None:
    blog = cloud.deploy("blog", pages=["/blog/*"])
    answers = [blog.request("GET", f"?page=/blog/{page}").json() for page in "aab"]
    assert [answer["page"]["count"] for answer in answers] == [1, 2, 1]
    assert blog.stored() == 3
    assert blog.request("GET", "/current?page=/blog/a").json() == {"count": 2}
    assert blog.request("GET", "?page=/about").status_code == 400


def test_the_gateway_answers_for_a_function_that_it_cannot_call(cloud: Cloud) -> None:
    broken = cloud.deploy("broken")
    broken.aws.functions.delete_function(FunctionName=broken.outputs["functionName"])
    response = broken.request("GET")
    assert response.status_code == 500
    assert "status" not in assert_problem(response)


def assert_problem(response: requests.Response) -> dict[str, object]:
    """Check the common parts of a problem, and return it."""
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert response.headers["Vary"] == "Origin"
    problem = response.json()
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    assert problem["requestId"]
    return problem
