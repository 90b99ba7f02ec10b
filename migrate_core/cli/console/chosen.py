"""Which pending migrations a command works on."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from migrate_core import api
from migrate_core.cli.console.options import number
from migrate_core.cli.console.project import Project
from migrate_core.errors import MisuseError
from migrate_core.files.migration import Migration, load


def add_choice(parser: ArgumentParser) -> None:
    some = parser.add_mutually_exclusive_group()
    some.add_argument("--steps", type=number, metavar="N", help="only the first N migrations")
    some.add_argument("--to", metavar="ID", help="up to this migration")


def add_file(parser: ArgumentParser) -> None:
    parser.add_argument("--file", type=Path, metavar="FILE", help="only up to this pending file")


def chosen(project: Project) -> tuple[Migration, ...]:
    """The pending migrations, in order, as far as the options say."""
    waiting = api.pending(project.endpoint, project.migrations())
    args = project.args
    file: Path | None = getattr(args, "file", None)
    wanted = load(file).id if file else getattr(args, "to", None)
    if wanted:
        return _up_to(waiting, wanted)
    steps: int | None = getattr(args, "steps", None)
    return waiting[:steps] if steps else waiting


def _up_to(waiting: tuple[Migration, ...], wanted: str) -> tuple[Migration, ...]:
    ids = [m.id for m in waiting]
    if wanted not in ids:
        raise MisuseError(
            f"no migration {wanted} is pending",
            detail=f"Pending: {', '.join(ids) or 'none'}.",
            hint="zanith migrate status shows all of them.",
        )
    return waiting[: ids.index(wanted) + 1]
