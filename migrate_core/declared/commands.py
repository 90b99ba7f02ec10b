"""Commands that write a schema, or build one; they come from zanith.toml only."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from migrate_core.declared.files import MAX_BYTES, check_size, make_file
from migrate_core.declared.sources import BuildSource, CommandSource
from migrate_core.declared.statements import File
from migrate_core.errors import DeclaredError
from migrate_core.pg.connect import Endpoint, redact

COMMAND_SECONDS = 120
TAIL_CHARACTERS = 2_000
# What a command does not inherit: ways to databases that are not the scratch one.
_WITHHELD = ("ZANITH_", "SHADOW_", "DATABASE_URL", "PG")


def run_command(source: CommandSource, *, seconds: float = COMMAND_SECONDS) -> tuple[File, ...]:
    """Its standard output, as one file.

    Raises:
        DeclaredError: it failed, wrote nothing, wrote too much or took too long.
    """
    output = _run(source.argv, source.cwd, environment(source.environment), seconds)
    name = f"output of {_words(source.argv)}"
    if not output.strip():
        raise DeclaredError(f"{_words(source.argv)} wrote no schema", hint="Run it by hand.")
    return (make_file(name, output),)


def run_build(source: BuildSource, endpoint: Endpoint, *, seconds: float = COMMAND_SECONDS) -> None:
    """Let the command make the schema in the database of `endpoint`.

    Raises:
        DeclaredError: it failed or took too long; says the end of what it wrote.
    """
    url = url_of(endpoint)
    argv = tuple(word.replace("{url}", url) for word in source.argv)
    given = environment((*source.environment, *_scratch_variables(endpoint, url)))
    try:
        _run(argv, source.cwd, given, seconds, shown=_words(source.argv))
    except DeclaredError as error:
        error.detail = redact(error.detail, endpoint.password)
        raise


def environment(added: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Ours without credentials, and what is added."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_WITHHELD)}
    return {**kept, **dict(added)}


def url_of(endpoint: Endpoint) -> str:
    """As psycopg, SQLAlchemy, Django and Rails read it."""
    user = quote(endpoint.user, safe="")
    if endpoint.password:
        user += f":{quote(endpoint.password, safe='')}"
    query = {"sslmode": endpoint.sslmode, "sslrootcert": endpoint.sslrootcert}
    host = quote(endpoint.host, safe="") if not endpoint.host.startswith("/") else ""
    address = f"{host}:{endpoint.port}" if host else ""
    if not host:
        query |= {"host": endpoint.host, "port": str(endpoint.port)}
    words = urlencode({k: v for k, v in query.items() if v}, quote_via=quote, safe="/")
    database = quote(endpoint.dbname, safe="")
    return f"postgresql://{user}@{address}/{database}" + (f"?{words}" if words else "")


def _scratch_variables(endpoint: Endpoint, url: str) -> tuple[tuple[str, str], ...]:
    named = {
        "DATABASE_URL": url,
        "PGHOST": endpoint.host,
        "PGPORT": str(endpoint.port),
        "PGUSER": endpoint.user,
        "PGPASSWORD": endpoint.password,
        "PGDATABASE": endpoint.dbname,
    }
    return tuple((name, value) for name, value in named.items() if value)


def _run(
    argv: tuple[str, ...],
    cwd: str,
    variables: Mapping[str, str],
    seconds: float,
    *,
    shown: str = "",
) -> bytes:
    """Its standard output; the whole process group ends when the time is up."""
    shown = shown or _words(argv)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or str(error)
            raise DeclaredError(
                f"{shown} could not be started: {said}", hint=_where(cwd)
            ) from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise DeclaredError(
                f"{shown} took longer than {seconds:g} seconds", detail=_tail(errors)
            ) from error
        finally:
            _end(process)
        if code:
            tail = _tail(errors) or _tail(output)
            raise DeclaredError(f"{shown} failed with exit code {code}", detail=tail)
        check_size(output.seek(0, os.SEEK_END), f"what {shown} wrote")
        output.seek(0)
        return output.read(MAX_BYTES + 1)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group, so that no child goes on writing."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


def _tail(stream: IO[bytes]) -> str:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - TAIL_CHARACTERS))
    return stream.read().decode(errors="replace").replace("\0", "").strip()


def _where(cwd: str) -> str:
    return "" if Path(cwd).is_dir() else f"There is no folder {cwd}."


def _words(argv: tuple[str, ...]) -> str:
    return " ".join(argv)
