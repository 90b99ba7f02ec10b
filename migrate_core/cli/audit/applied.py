"""Who applied what, and who undid it."""

from __future__ import annotations

from argparse import Namespace

from migrate_core.cli.console.asking import FORMATS, add_question, answer
from migrate_core.cli.console.output import duration, moment
from migrate_core.ledger.audit import Application

__all__ = ["FORMATS", "add_arguments", "run"]

add_arguments = add_question
HEADS = ("applied (UTC)", "migration", "by", "took", "undone (UTC)", "by")


def run(args: Namespace) -> int:
    return answer(args, "applied", _row, heads=HEADS)


def _row(found: Application) -> tuple[str, ...]:
    again = f" (time {found.cycle})" if found.cycle > 1 else ""
    return (
        moment(found.applied_at),
        f"{found.migration_id}{again}",
        found.applied_by,
        duration(found.elapsed_ms),
        moment(found.reverted_at),
        found.reverted_by or "",
    )
