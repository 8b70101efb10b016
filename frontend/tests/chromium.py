"""A Chromium: the machine's own, or else the one that Playwright installs."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Its sandbox refuses to run as root.
ARGUMENTS = ["--no-sandbox"] if os.geteuid() == 0 else []


def find(playwright: Playwright) -> str:
    """Return the path of the one to take."""
    return choose(playwright.chromium.executable_path)


def choose(own: str) -> str:
    """Return the path of the one to take, where Playwright's own is or would be."""
    installed = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), shutil.which(own)]
    found = next(filter(None, installed), None)
    if found is None:
        message = (
            "no Chromium found. Debian: apt install chromium. "
            "Elsewhere: .venv/bin/playwright install chromium. Or set CHROMIUM to its path."
        )
        raise FileNotFoundError(message)
    return found


def launch(playwright: Playwright) -> Browser:
    """Start it, with the back/forward cache that visitors have and Playwright switches off."""
    return playwright.chromium.launch(
        executable_path=find(playwright),
        args=ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
