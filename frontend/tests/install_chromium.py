"""Installs a Chromium if the machine has none: Playwright's, or else Debian's."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import chromium
from playwright.sync_api import sync_playwright

# Playwright tries five times, with this timeout each time. Its default is 30 seconds.
TIMEOUT = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000"}

Command = list[str]


def install(own: str) -> bool:
    """Install one if needed, and return whether there is one. `own` is Playwright's path."""
    return chromium.choose(own) is not None or any(
        succeeds(title, commands) and chromium.choose(own) is not None for title, commands in ways()
    )


def ways() -> Iterator[tuple[str, list[Command]]]:
    """Return the commands that can install one on this machine."""
    # Not the headless shell, which has no back/forward cache.
    playwright = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    yield "Downloading Chromium with Playwright", [playwright]
    root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if all(map(shutil.which, [*root[:1], "apt-get"])):
        apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet"]
        yield (
            "Installing Debian's chromium",
            [[*apt, "update"], [*apt, "install", "--yes", "chromium"]],
        )


def succeeds(title: str, commands: list[Command]) -> bool:
    """Run the commands until one fails, and print only that one's first error."""
    print(f"{title} …", flush=True)
    for command in commands:
        outcome = subprocess.run(
            command, check=False, capture_output=True, text=True, env=TIMEOUT | os.environ
        )
        if outcome.returncode != 0:
            print(f"… failed: {reason(outcome.stderr + outcome.stdout)}", flush=True)
            return False
    return True


def reason(output: str) -> str:
    """Return the line of a failed command's output that has the error."""
    lines = output.strip().splitlines() or ["it said nothing"]
    return next((line for line in lines if re.match("(E|Error): ", line)), lines[-1])


if __name__ == "__main__":
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if not install(own):
        sys.exit(f"error: {chromium.MISSING}")
