"""What broke: attempts of steps that failed or were cut off, and what became of them."""

from __future__ import annotations

from argparse import Namespace

from migrate_core.cli.console.asking import FORMATS, add_question, answer
from migrate_core.cli.console.output import moment
from migrate_core.ledger.audit import Failure

__all__ = ["FORMATS", "add_arguments", "run"]

add_arguments = add_question
HEADS = ("when (UTC)", "migration", "step", "try", "operation", "since", "what PostgreSQL said")


def run(args: Namespace) -> int:
    return answer(args, "failures", _row, heads=HEADS)


def _row(found: Failure) -> tuple[str, ...]:
    said = f"{found.sqlstate or ''} {found.error or found.status}".strip()
    return (
        moment(found.at),
        found.migration_id or "a restore",
        f"{found.step:02}",
        str(found.attempt),
        f"{found.kind} {found.subject}",
        found.since,
        " ".join(said.split()),
    )
