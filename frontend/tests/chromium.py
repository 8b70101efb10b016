"""Finds a Chromium: the machine's own, or else Playwright's."""

import os
import shutil
import subprocess

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# By default, it says that nobody sees its pages, and so wouldn't be counted.
USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)

# Its sandbox refuses to run as root.
ARGUMENTS = [f"--user-agent={USER_AGENT}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]

# Resolves to this machine. Its pages are no secure context, unlike those of 127.0.0.1.
PLAIN_HOST = "plain.example"
HOSTS = (PLAIN_HOST, f"local.{PLAIN_HOST}", "mac.local")

MISSING = (
    "found no Chromium that starts. Debian: apt install chromium. "
    "macOS and elsewhere: .venv/bin/playwright install chromium. Or set CHROMIUM to its path."
)


def find(playwright: Playwright) -> str:
    """Return the path of the Chromium to use."""
    found = choose(playwright.chromium.executable_path)
    if found is None:
        raise FileNotFoundError(MISSING)
    return found


def choose(own: str) -> str | None:
    """Return the path of the Chromium to use, if any. `own` is the path of Playwright's."""
    installed = filter(None, map(shutil.which, (*NAMES, own)))
    return os.environ.get("CHROMIUM") or next(filter(starts, installed), None)


def starts(path: str) -> bool:
    """Return whether it has its libraries, which Playwright doesn't download."""
    try:
        return subprocess.run([path, "--version"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def launch(playwright: Playwright) -> Browser:
    """Start it, with the back/forward cache, which Playwright turns off by default."""
    rules = ",".join(f"MAP {host} 127.0.0.1" for host in HOSTS)
    return playwright.chromium.launch(
        executable_path=find(playwright),
        args=[*ARGUMENTS, f"--host-resolver-rules={rules}"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
