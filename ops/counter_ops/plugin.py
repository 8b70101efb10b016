"""`counter plugin`: install the AWS provider's plugin, or record the checksum of its archive.

The Pulumi CLI downloads a missing plugin during a preview, and no lock file covers it. `install`
downloads it before. If infra/plugin-checksums.txt has a checksum for this version and platform, the
archive must match it. `record` downloads the archive and writes that file.
"""

import argparse
import hashlib
import platform
import re
import subprocess

import requests

from counter_ops.errors import UserError
from counter_ops.project import PROJECT

CHECKSUMS = PROJECT / "infra/plugin-checksums.txt"
"""In the format of sha256sum: a hash, two spaces, and the name of an archive."""

LOCK = PROJECT / "infra/requirements.txt"

# https://www.pulumi.com/docs/iac/cli/commands/pulumi_plugin_install/
SOURCE = "https://get.pulumi.com/releases/plugins"

_ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "amd64"}
_SECONDS = 60
_CHUNK = 1 << 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("action", choices=["install", "record"])
    parser.add_argument(
        "--platform", default=this_platform(), help="for `record`, such as linux-amd64"
    )
    parser.add_argument("--source", default=SOURCE, help="for `record`, the archives' base URL")


def run(arguments: argparse.Namespace) -> int:
    """Install or record."""
    version = locked_version(LOCK.read_text(encoding="utf-8"))
    if arguments.action == "install":
        install(version)
    else:
        record(archive_name(version, arguments.platform), arguments.source)
    return 0


def this_platform() -> str:
    """Return this machine's system and architecture, in the form of the archives' names."""
    machine = platform.machine()
    return f"{platform.system().lower()}-{_ARCHITECTURES.get(machine, machine)}"


def archive_name(version: str, on: str) -> str:
    """Return the name of the archive for a platform."""
    return f"pulumi-resource-aws-v{version}-{on}.tar.gz"


def locked_version(lock: str) -> str:
    """Return the version of the provider, which is that of its Python package."""
    match = re.search(r"^pulumi-aws==([0-9.]+)", lock, re.MULTILINE)
    if match is None:
        message = f"{LOCK.relative_to(PROJECT)} has no version of pulumi-aws. Lock one: make lock"
        raise UserError(message)
    return match[1]


def install(version: str) -> None:
    """Install the plugin for this machine."""
    name = archive_name(version, this_platform())
    command = ["pulumi", "plugin", "install", "resource", "aws", version]
    if checksum := recorded().get(name):
        command += ["--checksum", checksum]
    else:
        print(
            f"note: infra/plugin-checksums.txt has no checksum of {name}, so it is installed "
            "unchecked. To record one: .venv/bin/counter plugin record "
            f"--platform {this_platform()}",
            flush=True,
        )
    try:
        subprocess.run(command, cwd=PROJECT, check=True)
    except FileNotFoundError as error:
        message = "pulumi is missing. Install it: https://www.pulumi.com/docs/install/"
        raise UserError(message) from error
    except subprocess.CalledProcessError as error:
        message = f"the plugin {name} was not installed, see above."
        raise UserError(message) from error


def recorded() -> dict[str, str]:
    """Return the recorded checksums, by archive."""
    if not CHECKSUMS.exists():
        return {}
    lines = CHECKSUMS.read_text(encoding="utf-8").splitlines()
    checksums: dict[str, str] = {}
    for line in lines:
        match = re.fullmatch(r"([0-9a-f]{64})  (\S+)", line)
        if match is None:
            message = (
                f"{CHECKSUMS.relative_to(PROJECT)} has an invalid line: {line!r}. It must be a "
                "SHA-256, two spaces and a name. To write the file: .venv/bin/counter plugin record"
            )
            raise UserError(message)
        checksums[match[2]] = match[1]
    return checksums


def record(name: str, source: str) -> None:
    """Download an archive, and record its checksum instead of those of other versions."""
    url = f"{source}/{name}"
    digest = hashlib.sha256()
    try:
        with requests.get(url, stream=True, timeout=_SECONDS) as response:
            response.raise_for_status()
            for chunk in response.iter_content(_CHUNK):
                digest.update(chunk)
    except requests.RequestException as error:
        message = f"{url} can't be downloaded: {error}"
        raise UserError(message) from error
    version = name.partition("-v")[2].partition("-")[0]
    kept = {each: hash_ for each, hash_ in recorded().items() if f"-v{version}-" in each}
    kept[name] = digest.hexdigest()
    lines = [f"{hash_}  {each}\n" for each, hash_ in sorted(kept.items())]
    CHECKSUMS.write_text("".join(lines), encoding="utf-8")
    print(f"{CHECKSUMS.relative_to(PROJECT)}: {digest.hexdigest()}  {name}")
