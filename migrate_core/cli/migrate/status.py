"""Show every migration: applied, pending, or stopped half-way."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from migrate_core import api
from migrate_core.api import MigrationStatus, Status
from migrate_core.cli.console.options import add_database
from migrate_core.cli.console.output import columns, duration, moment, plural, print_json, say
from migrate_core.cli.console.project import open_project


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    found = api.status(project.endpoint, project.migrations())
    if args.format == "json":
        print_json(found)
        return 0
    say(f"{project.endpoint}{_ledger(found)}")
    say()
    for line in columns(_row(one) for one in found.migrations):
        say(line)
    for line in _notes(found):
        say(line)
    return 0


def _ledger(found: Status) -> str:
    if not found.has_ledger:
        return ", no ledger yet"
    return f", managed by the studio {found.managed_by}" if found.managed_by else ""


def _row(one: MigrationStatus) -> tuple[str, ...]:
    if one.run:
        when = f"{one.steps_done} of {plural(one.steps, 'step')} done"
        return (one.state, one.id, when, one.run.actor, _marks(one))
    if one.applied:
        took = duration(one.applied.elapsed_ms)
        when = f"{moment(one.applied.applied_at)} UTC, {took}"
        return (one.state, one.id, when, one.applied.applied_by, _marks(one))
    return (one.state, one.id, "", "", _marks(one))


def _marks(one: MigrationStatus) -> str:
    missing = "" if one.has_file else "no file"
    return "file edited since" if one.is_edited else missing


def _notes(found: Status) -> Iterator[str]:
    if not found.migrations:
        yield "No migration yet."
    if found.holder:
        yield f"\n  at work right now: backend {found.holder.pid}, run {found.holder.run}"
    half_way = [one for one in found.migrations if one.run]
    if half_way:
        yield f"\nnext: zanith migrate up goes on with {half_way[0].id}"
    elif found.pending:
        yield f"\n{plural(len(found.pending), 'migration')} pending; next: zanith migrate plan"
