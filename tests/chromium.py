"""Chromium for the browser tests: found, or installed where we may."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

MISSING = pytest.StashKey[int]()
# Playwright's own Node needs libatomic; a bare Debian has neither it nor fonts.
PACKAGES = ("chromium", "libatomic1", "fonts-dejavu-core")
HINT = f"On Debian and Ubuntu, once: sudo apt-get install {' '.join(PACKAGES)}"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The one that ZANITH_CHROMIUM names, or the first that is there."""
    for name in (os.environ.get("ZANITH_CHROMIUM", ""), *NAMES):
        if name and (found := shutil.which(name)):
            return found
    return None


def ensure() -> str | None:
    """As find(), after installing it where that takes no password."""
    if _is_complete() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return find() if _is_complete() else None
    with Path("/var/lock/zanith-chromium").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one session all come here
        if not _is_complete():
            _install()
    return find() if _is_complete() else None


def launch_arguments() -> list[str]:
    # Chromium's sandbox refuses root, which is what a container's only user is.
    return [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def _is_complete() -> bool:
    return find() is not None and _has_libatomic()


def _has_libatomic() -> bool:
    folders = (Path("/usr/lib"), Path("/usr/lib64"), Path("/lib"))
    linux = Path("/proc/self").exists()
    return not linux or any(next(folder.glob("**/libatomic.so.1"), None) for folder in folders)


def _install() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
    for command in (["apt-get", "update", "-qq"], install):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode:
            return  # ensure() looks again, and the session ends with the sentence
