"""Show what ran: every run with its steps, who, when and how long."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from migrate_core import api
from migrate_core.api import RunRecord
from migrate_core.cli.console.options import add_database, add_since
from migrate_core.cli.console.output import columns, duration, moment, print_json, say
from migrate_core.cli.console.project import open_project
from migrate_core.ledger.rows import StepRow


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument("--verbose", action="store_true", help="with every attempt of every step")
    add_since(parser)
    parser.add_argument("--id", metavar="ID", help="only this migration")


def run(args: Namespace) -> int:
    project = open_project(args)
    found = api.history(project.endpoint, since=args.since, migration_id=args.id)
    if args.format == "json":
        print_json(list(found))
        return 0
    if not found:
        say("Nothing ran yet." if args.since is None and args.id is None else "Nothing found.")
    for line in columns(_row(record) for record in found) if not args.verbose else ():
        say(line)
    for record in found if args.verbose else ():
        say(columns([_row(record)])[0])
        for line in _steps(record):
            say(line)
        say()
    return 0


def _row(record: RunRecord) -> tuple[str, ...]:
    run = record.run
    took = sum(step.elapsed_ms or 0 for step in record.steps)
    name = run.migration_id or ", ".join(sorted({step.subject for step in record.steps}))
    word = {"up": "applied", "down": "undone"}.get(run.direction, "restored")
    state = word if run.state == "done" else str(run.state)
    return (f"{moment(run.started_at)} UTC", state, name, duration(took), run.actor)


def _steps(record: RunRecord) -> Iterator[str]:
    rows = [_step(step) for step in record.steps]
    for step, line in zip(record.steps, columns(rows, indent="    "), strict=True):
        yield line
        if step.error:
            yield f"        {step.sqlstate or ''} {step.error}".rstrip()


def _step(step: StepRow) -> tuple[str, ...]:
    attempt = f"try {step.attempt}" if step.attempt > 1 else ""
    rows = f"{step.rows:,} rows" if step.rows else ""
    took = duration(step.elapsed_ms)
    return (f"{step.step:02}", step.kind, step.subject, str(step.status), attempt, took, rows)
