"""`counter sbom`: list the contents of the function's archive, as CycloneDX, next to it.

The contents are the crates that are compiled into it, and Rust's standard library; not crates that
only build or test it, nor macros. The same archive has the same list, byte for byte.
"""

# The decorator of cyclonedx's classes hides their parameters and attributes from type checkers.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

import argparse
import hashlib
import re
import tomllib
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from counter_ops.errors import UserError
from counter_ops.package.build import TRIPLE, output
from counter_ops.package.command import ZIP_EPOCH
from counter_ops.project import ARCHIVE, PROJECT

SBOM = ARCHIVE.with_name("sbom.cdx.json")

# A line of `cargo tree`: the depth, the crate and its licence. (*) marks a repeated crate, whose
# dependencies an earlier line has.
_LINE = re.compile(r"(\d+)\t(\S+) v(\S+)(?: \(.+\))?\t(.*?)(?: \(\*\))?")

# The path of a crate's sources in panic messages, as `package` maps it.
_SOURCES = re.compile(rb"/cargo/registry/([\w.+-]+)/")


@dataclass(frozen=True, order=True)
class Crate:
    """A crate that is compiled into the function."""

    name: str
    version: str
    licence: str

    def __str__(self) -> str:
        """Name it as Cargo names the folder of its sources."""
        return f"{self.name}-{self.version}"


def bill_of_materials(archive: bytes) -> Bom:
    """Return the list for an archive."""
    (_, function), *inside = _crates()
    needs: dict[Crate, set[Crate]] = {function: set()}
    above = [function]
    for depth, crate in inside:
        needs[above[depth - 1]].add(crate)
        needs.setdefault(crate, set())
        above[depth:] = [crate]

    digest = hashlib.sha256(archive).hexdigest()
    checksums = _checksums()
    components = {
        crate: _library(crate, checksums[str(crate)]) for crate in needs.keys() - {function}
    }
    components[function] = _component(function, ComponentType.APPLICATION, digest)
    standard = _standard_library()
    bom = Bom(
        # GitHub attests no list without a serial number. This one is derived from the archive.
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, digest),
        metadata=BomMetaData(
            component=components[function],
            # The time of the file in the archive.
            timestamp=datetime(*ZIP_EPOCH, tzinfo=UTC),
        ),
        components=[*(components[crate] for crate in needs.keys() - {function}), standard],
    )
    for crate, needed in needs.items():
        bom.register_dependency(components[crate], [components[each] for each in needed])
    bom.register_dependency(components[function], [standard])
    return bom


def as_json(bom: Bom) -> str:
    """Return a list as the text of its file."""
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def unlisted(bom: Bom, program: bytes) -> list[str]:
    """Return the crates that a program names but its list lacks."""
    listed = {each.bom_ref.value for each in bom.components}
    return sorted({name.decode() for name in _SOURCES.findall(program)} - listed)


def configure(_: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_: argparse.Namespace) -> int:
    """Write the list, and print its length."""
    if not ARCHIVE.exists():
        message = f"{ARCHIVE.relative_to(PROJECT)} is missing: run `make package`"
        raise UserError(message)
    bom = bill_of_materials(ARCHIVE.read_bytes())
    with zipfile.ZipFile(ARCHIVE) as file:
        if missing := unlisted(bom, file.read("bootstrap")):
            message = (
                f"the archive holds crates that `cargo tree` doesn't list: {', '.join(missing)}. "
                "If the archive is older than the sources, run `make package`."
            )
            raise UserError(message)
    SBOM.write_text(as_json(bom))
    print(f"{SBOM.relative_to(PROJECT)}  {len(bom.components)} components")
    return 0


def _crates() -> Iterator[tuple[int, Crate]]:
    """Return the function, then each crate with its depth, below a crate that depends on it."""
    # `cargo metadata` has the features of all tests and programs; this has the function's only.
    command = ["cargo", "tree", "--locked", "--package", "visitor-counter", "--target", TRIPLE]
    command += ["--edges", "normal,no-proc-macro", "--prefix", "depth", "--format", "\t{p}\t{l}"]
    for line in output(*command).splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            message = f"`cargo tree` printed a line that `counter sbom` can't read: {line!r}"
            raise UserError(message)
        # Older manifests write OR as a slash.
        licence = re.sub(" ?/ ?", " OR ", match[4])
        yield int(match[1]), Crate(match[2], match[3], licence)


def _checksums() -> dict[str, str]:
    """Return the hashes of all locked crates of a registry."""
    locked = tomllib.loads((PROJECT / "Cargo.lock").read_text())["package"]
    return {
        f"{each['name']}-{each['version']}": each["checksum"]
        for each in locked
        if "checksum" in each
    }


def _library(crate: Crate, sha256: str) -> Component:
    component = _component(crate, ComponentType.LIBRARY, sha256)
    component.purl = PackageURL("cargo", name=crate.name, version=crate.version)
    return component


def _component(crate: Crate, kind: ComponentType, sha256: str) -> Component:
    return Component(
        type=kind,
        bom_ref=str(crate),
        name=crate.name,
        version=crate.version,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
        licenses=[LicenseExpression(crate.licence)],
    )


def _standard_library() -> Component:
    """Describe Rust's standard library."""
    version = output("rustc", "--version").split()[1]
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref="std",
        name="std",
        version=version,
        licenses=[LicenseExpression("MIT OR Apache-2.0")],
        purl=PackageURL("generic", name="rust", version=version),
    )
