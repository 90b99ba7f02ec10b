"""How risky each run was, as it was judged when it began."""

from __future__ import annotations

from argparse import Namespace

from migrate_core.cli.console.asking import FORMATS, add_question, answer
from migrate_core.cli.console.output import moment
from migrate_core.ledger.audit import RiskProfile

__all__ = ["FORMATS", "add_arguments", "run"]

add_arguments = add_question
HEADS = ("when (UTC)", "migration", "", "level", "score", "steps", "worst step", "reasons")


def run(args: Namespace) -> int:
    return answer(args, "risk", _row, heads=HEADS)


def _row(found: RiskProfile) -> tuple[str, ...]:
    return (
        moment(found.at),
        found.migration_id or "a restore",
        found.direction,
        found.level,
        f"{found.score} ({found.total} in all)",
        str(found.steps),
        found.worst_step,
        ", ".join(found.reasons),
    )
