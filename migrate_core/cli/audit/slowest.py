"""Which kinds of operation take longest, over all steps that were done."""

from __future__ import annotations

from argparse import Namespace

from migrate_core.cli.console.asking import FORMATS, add_question, answer
from migrate_core.cli.console.output import duration
from migrate_core.ledger.audit import KindTimes

__all__ = ["FORMATS", "add_arguments", "run"]

add_arguments = add_question
HEADS = ("kind", "steps", "median", "95 %", "slowest", "together", "the slowest one")


def run(args: Namespace) -> int:
    return answer(args, "slowest", _row, heads=HEADS)


def _row(found: KindTimes) -> tuple[str, ...]:
    return (
        found.kind,
        f"{found.steps:,}",
        duration(found.median_ms),
        duration(found.p95_ms),
        duration(found.slowest_ms),
        duration(found.total_ms),
        f"{found.slowest_subject} ({found.slowest_migration_id or 'a restore'})",
    )
