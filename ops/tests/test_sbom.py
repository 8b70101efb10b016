"""What `make sbom` lists."""

import hashlib
import re

import pytest
from counter_ops import sbom
from counter_ops.project import PROJECT
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ARCHIVE = b"an archive"
LOCKED = (PROJECT / "Cargo.lock").read_text()


@pytest.fixture(scope="module")
def bom() -> Bom:
    """Return the list for an archive."""
    return sbom.bill_of_materials(ARCHIVE)


@pytest.fixture(scope="module")
def names(bom: Bom) -> set[str]:
    """Return the names that it has."""
    return {each.name for each in bom.components}


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
    assert f'name = "{name}"' in LOCKED, f"then {where} can't be told by it"
    assert name not in names


def test_each_crate_of_the_registry_has_its_version_its_checksum_and_its_licence(bom: Bom) -> None:
    for each in bom.components:
        if each.name != "std":
            (sha256,), (licence,) = each.hashes, each.licenses
            assert f'name = "{each.name}"\nversion = "{each.version}"\n' in LOCKED
            assert f'checksum = "{sha256.content}"' in LOCKED
            # In SPDX's words, where older manifests say MIT/Apache-2.0.
            assert re.fullmatch(r"[\w.() -]+", str(getattr(licence, "value", "")))


def test_each_component_is_there_because_another_needs_it(bom: Bom) -> None:
    needed = {each.ref for dependency in bom.dependencies for each in dependency.dependencies}
    assert needed == {each.bom_ref for each in bom.components}


def test_it_is_for_that_archive(bom: Bom) -> None:
    assert bom.metadata.component
    (sha256,) = bom.metadata.component.hashes
    assert sha256.content == hashlib.sha256(ARCHIVE).hexdigest()
    assert sbom.bill_of_materials(b"another").serial_number != bom.serial_number


def test_the_same_archive_has_the_same_list(bom: Bom) -> None:
    assert sbom.as_json(sbom.bill_of_materials(ARCHIVE)) == sbom.as_json(bom)


def test_it_is_what_cyclonedx_and_github_take(bom: Bom) -> None:
    text = sbom.as_json(bom)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    # https://github.com/actions/attest/blob/v4.2.2/src/sbom.ts
    for key in ("bomFormat", "specVersion", "serialNumber"):
        assert f'"{key}": "' in text


def test_a_crate_that_the_program_names_but_the_list_does_not_is_found(bom: Bom) -> None:
    (known,) = (each for each in bom.components if each.name == "tokio")
    paths = [
        f"/cargo/registry/{known.bom_ref.value}/src/a.rs",
        "/cargo/registry/left-pad-1.0.0/b.rs",
    ]
    assert sbom.unlisted(bom, "\0".join(paths).encode()) == ["left-pad-1.0.0"]
