"""What `make sbom` lists."""

import hashlib
import json
import re

import pytest
import sbom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ARCHIVE = b"an archive"


@pytest.fixture(scope="module")
def bill() -> sbom.Json:
    """Return the list for an archive."""
    return sbom.bill_of_materials(ARCHIVE)


@pytest.fixture(scope="module")
def names(bill: sbom.Json) -> set[str]:
    """Return the names that it has."""
    return {each["name"] for each in bill["components"]}


@pytest.mark.parametrize("name", ["aws-sdk-dynamodb", "ring", "rustls", "std", "tokio"])
def test_what_is_compiled_into_the_function_is_listed(names: set[str], name: str) -> None:
    assert name in names


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("cc", "its build"),
        ("dynoxide-rs", "tests and the local run"),
        ("parking_lot", "features that only tests turn on"),
        ("proptest", "tests"),
        ("serde_derive", "the compiler"),
        ("wiremock", "tests"),
    ],
)
def test_what_runs_elsewhere_is_not_listed(names: set[str], name: str, where: str) -> None:
    locked = (sbom.WORKSPACE / "Cargo.lock").read_text()
    assert f'name = "{name}"' in locked, f"then {where} can't be told by it"
    assert name not in names


def test_each_crate_of_the_registry_has_its_version_its_checksum_and_its_licence(
    bill: sbom.Json,
) -> None:
    locked = (sbom.WORKSPACE / "Cargo.lock").read_text()
    for each in bill["components"]:
        if each["name"] != "std":
            version, (sha256,) = each["version"], each["hashes"]
            assert f'name = "{each["name"]}"\nversion = "{version}"\n' in locked
            assert f'checksum = "{sha256["content"]}"' in locked
            # In SPDX's words, where older manifests say MIT/Apache-2.0.
            assert re.fullmatch(r"[\w.() -]+", each["licenses"][0]["expression"])


def test_each_component_is_there_because_another_needs_it(bill: sbom.Json) -> None:
    needed = {name for each in bill["dependencies"] for name in each["dependsOn"]}
    assert needed == {each["bom-ref"] for each in bill["components"]}


def test_it_is_for_that_archive(bill: sbom.Json) -> None:
    (sha256,) = bill["metadata"]["component"]["hashes"]
    assert sha256["content"] == hashlib.sha256(ARCHIVE).hexdigest()
    assert sbom.bill_of_materials(b"another")["serialNumber"] != bill["serialNumber"]


def test_the_same_archive_has_the_same_list(bill: sbom.Json) -> None:
    assert json.dumps(sbom.bill_of_materials(ARCHIVE)) == json.dumps(bill)


def test_it_is_what_cyclonedx_and_github_take(bill: sbom.Json) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    # https://github.com/actions/attest/blob/v4.2.2/src/sbom.ts
    assert bill["bomFormat"]
    assert bill["specVersion"]
    assert bill["serialNumber"]


def test_a_crate_that_the_program_names_but_the_list_does_not_is_found(bill: sbom.Json) -> None:
    (known,) = (each for each in bill["components"] if each["name"] == "tokio")
    paths = [f"/cargo/registry/{known['bom-ref']}/src/a.rs", "/cargo/registry/left-pad-1.0.0/b.rs"]
    assert sbom.unlisted(bill, "\0".join(paths).encode()) == ["left-pad-1.0.0"]
