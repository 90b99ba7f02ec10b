"""Private servers for the benchmarks, of every PostgreSQL that this machine has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from studio.binaries import postgres_folder
from studio.embedded import Postgres
from studio.server import temporary_folder

SYSTEM = Path("/usr/lib/postgresql")
OLDEST = 14


def bin_folders() -> list[Path]:
    """The system's, oldest first, then the one that the studio comes with."""
    found = (path for path in SYSTEM.glob("*/bin") if int(path.parent.name) >= OLDEST)
    folders = sorted(found, key=lambda path: int(path.parent.name))
    own = postgres_folder()
    return [*(path for path in folders if path != own), own]


@contextmanager
def server(folder: Path, settings: Sequence[str] = ()) -> Iterator[Postgres]:
    """With fsync off: the disk is not what is measured."""
    place = temporary_folder()
    postgres = Postgres(place, bin_folder=folder, durable=False, settings=settings).start()
    try:
        yield postgres
    finally:
        postgres.stop()
        shutil.rmtree(place)
