"""List what is in the function's archive: target/lambda/visitor-counter/sbom.cdx.json, CycloneDX.

That is the crates that are compiled into it, and Rust's own library; not what only builds or tests
it, nor macros. The same archive has the same list, byte for byte. Run by `make sbom`.
"""

import hashlib
import json
import re
import sys
import tomllib
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from package import ARCHIVE, TARGET, WORKSPACE, output

SBOM = ARCHIVE.with_name("sbom.cdx.json")

# A line of `cargo tree`: how deep it is, the crate and its licence. (*): what it depends on stands
# further up, where the same crate is.
LINE = re.compile(r"(\d+)\t(\S+) v(\S+)(?: \(.+\))?\t(.*?)(?: \(\*\))?")

# Where the sources of a crate were, in messages of panics. package.py makes it that folder.
SOURCES = re.compile(rb"/cargo/registry/([\w.+-]+)/")

Json = dict[str, Any]


@dataclass(frozen=True, order=True)
class Crate:
    """A crate that is compiled into the function."""

    name: str
    version: str
    licence: str

    def __str__(self) -> str:
        """Name it as Cargo names the folder of its sources."""
        return f"{self.name}-{self.version}"

    def component(self, kind: str, sha256: str) -> Json:
        """Describe it."""
        return {
            "type": kind,
            "bom-ref": str(self),
            "name": self.name,
            "version": self.version,
            "hashes": [{"alg": "SHA-256", "content": sha256}],
            "licenses": [{"expression": self.licence}],
        }


def crates() -> Iterator[tuple[int, Crate]]:
    """Return the function, and each crate in it, with its depth, below one that depends on it."""
    # Where `cargo metadata` has what any test or program turns on, this has what the function does.
    command = ["cargo", "tree", "--locked", "--package", "visitor-counter", "--target", TARGET]
    command += ["--edges", "normal,no-proc-macro", "--prefix", "depth", "--format", "\t{p}\t{l}"]
    for line in output(*command).splitlines():
        match = LINE.fullmatch(line)
        if match is None:
            sys.exit(f"error: `cargo tree` said what isn't understood here: {line}")
        # Older manifests write the OR as a slash.
        licence = re.sub(" ?/ ?", " OR ", match[4])
        yield int(match[1]), Crate(match[2], match[3], licence)


def standard_library() -> Json:
    """Describe what Rust brings itself."""
    version = output("rustc", "--version").split()[1]
    return {
        "type": "library",
        "bom-ref": "std",
        "name": "std",
        "version": version,
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
        "purl": f"pkg:generic/rust@{version}",
    }


def bill_of_materials(archive: bytes) -> Json:
    """Return the list for an archive."""
    (_, function), *inside = crates()
    needs: dict[Crate, set[str]] = {function: {"std"}}
    above = [function]
    for depth, crate in inside:
        needs[above[depth - 1]].add(str(crate))
        needs.setdefault(crate, set())
        above[depth:] = [crate]

    locked = tomllib.loads((WORKSPACE / "Cargo.lock").read_text())["package"]
    checksums = {f"{each['name']}-{each['version']}": each.get("checksum") for each in locked}
    libraries = [
        crate.component("library", checksums[str(crate)])
        | {"purl": f"pkg:cargo/{crate.name}@{crate.version}"}
        for crate in sorted(needs)
        if crate != function
    ]
    digest = hashlib.sha256(archive).hexdigest()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # GitHub attests no list without one. This is the archive's own, and there is no time.
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_OID, digest).urn,
        "version": 1,
        "metadata": {"component": function.component("application", digest)},
        "components": [*libraries, standard_library()],
        "dependencies": [
            {"ref": str(crate), "dependsOn": sorted(needs[crate])} for crate in sorted(needs)
        ],
    }


def unlisted(bill: Json, program: bytes) -> list[str]:
    """Return the crates that a program names and its list doesn't."""
    listed = {each["bom-ref"] for each in bill["components"]}
    return sorted({name.decode() for name in SOURCES.findall(program)} - listed)


def main() -> None:
    """Write the list, and say how long it is."""
    bill = bill_of_materials(ARCHIVE.read_bytes())
    with zipfile.ZipFile(ARCHIVE) as file:
        if missing := unlisted(bill, file.read("bootstrap")):
            sys.exit(f"error: the archive holds what isn't listed: {', '.join(missing)}")
    SBOM.write_text(json.dumps(bill, indent=2) + "\n")
    print(f"{SBOM.relative_to(WORKSPACE)}  {len(bill['components'])} components")


if __name__ == "__main__":
    main()
