"""A Chromium: the machine's own, or else the one that Playwright has downloaded."""

import os
import shutil
import subprocess

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Its sandbox refuses to run as root.
ARGUMENTS = ["--no-sandbox"] if os.geteuid() == 0 else []

MISSING = (
    "no Chromium found that starts. Debian: apt install chromium. "
    "macOS and elsewhere: .venv/bin/playwright install chromium. Or set CHROMIUM to its path."
)


def find(playwright: Playwright) -> str:
    """Return the path of the one to take."""
    found = choose(playwright.chromium.executable_path)
    if found is None:
        raise FileNotFoundError(MISSING)
    return found


def choose(own: str) -> str | None:
    """Return the path of the one to take, if any, where Playwright's own is or would be."""
    installed = filter(None, map(shutil.which, (*NAMES, own)))
    return os.environ.get("CHROMIUM") or next(filter(starts, installed), None)


def starts(path: str) -> bool:
    """Return whether it has the libraries that it needs: Playwright downloads none."""
    try:
        return subprocess.run([path, "--version"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def launch(playwright: Playwright) -> Browser:
    """Start it, with the back/forward cache that visitors have and Playwright switches off."""
    return playwright.chromium.launch(
        executable_path=find(playwright),
        args=ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
