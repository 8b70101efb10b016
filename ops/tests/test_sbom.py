"""The list of `make sbom`."""

import hashlib
import json
import re
from typing import Any

import pytest
from counter_ops import sbom
from counter_ops.project import PROJECT
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ARCHIVE = b"an archive"
LOCKED = (PROJECT / "Cargo.lock").read_text()

Json = dict[str, Any]


def listed(archive: bytes) -> str:
    return sbom.as_json(sbom.bill_of_materials(archive))


@pytest.fixture(scope="module")
def text() -> str:
    """Return the text of an archive's list."""
    return listed(ARCHIVE)


@pytest.fixture(scope="module")
def bill(text: str) -> Json:
    """Return that list."""
    return json.loads(text)


@pytest.fixture(scope="module")
def names(bill: Json) -> set[str]:
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
        ("signal-hook-registry", "features that only tests and the local run turn on"),
        ("proptest", "tests"),
        ("serde_derive", "the compiler"),
        ("wiremock", "tests"),
    ],
)
def test_what_runs_elsewhere_is_not_listed(names: set[str], name: str, where: str) -> None:
    assert f'name = "{name}"' in LOCKED, f"then {where} can't be told by it"
    assert name not in names


def test_each_crate_of_the_registry_has_its_version_its_checksum_and_its_licence(
    bill: Json,
) -> None:
    for each in bill["components"]:
        if each["name"] != "std":
            (sha256,), (licence,) = each["hashes"], each["licenses"]
            assert f'name = "{each["name"]}"\nversion = "{each["version"]}"\n' in LOCKED
            assert f'checksum = "{sha256["content"]}"' in LOCKED
            # In SPDX's syntax, even if an older manifest says MIT/Apache-2.0.
            assert re.fullmatch(r"[\w.() -]+", licence["expression"])


def test_each_component_is_there_because_another_needs_it(bill: Json) -> None:
    needed = {name for each in bill["dependencies"] for name in each.get("dependsOn", [])}
    assert needed == {each["bom-ref"] for each in bill["components"]}


def test_it_is_for_that_archive(bill: Json) -> None:
    (sha256,) = bill["metadata"]["component"]["hashes"]
    assert sha256["content"] == hashlib.sha256(ARCHIVE).hexdigest()
    assert json.loads(listed(b"another"))["serialNumber"] != bill["serialNumber"]


def test_the_same_archive_has_the_same_list(text: str) -> None:
    assert listed(ARCHIVE) == text


def test_it_is_what_cyclonedx_and_github_take(text: str, bill: Json) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    # https://github.com/actions/attest/blob/v4.2.2/src/sbom.ts
    for key in ("bomFormat", "specVersion", "serialNumber"):
        assert bill[key]


def test_a_crate_that_the_program_names_but_the_list_does_not_is_found(bill: Json) -> None:
    (known,) = (each for each in bill["components"] if each["name"] == "tokio")
    paths = [f"/cargo/registry/{known['bom-ref']}/src/a.rs", "/cargo/registry/left-pad-1.0.0/b.rs"]
    program = "\0".join(paths).encode()
    assert sbom.unlisted(sbom.bill_of_materials(ARCHIVE), program) == ["left-pad-1.0.0"]
