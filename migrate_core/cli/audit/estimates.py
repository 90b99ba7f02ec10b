"""How long done steps took beside what was foretold, the furthest out first."""

from __future__ import annotations

from argparse import Namespace

from migrate_core.cli.console.asking import FORMATS, add_question, answer
from migrate_core.cli.console.output import duration
from migrate_core.ledger.audit import Estimated
from migrate_core.risk.estimates import between
from migrate_core.risk.facts import human_bytes

__all__ = ["FORMATS", "add_arguments", "run"]

add_arguments = add_question
HEADS = ("step", "kind", "object", "table", "foretold", "took", "off by", "rates")


def run(args: Namespace) -> int:
    return answer(args, "estimates", _row, heads=HEADS)


def _row(found: Estimated) -> tuple[str, ...]:
    return (
        f"{found.migration_id or 'a restore'} {found.step}",
        found.kind,
        found.subject,
        "" if found.bytes is None else human_bytes(found.bytes),
        between(found.low_ms / 1000, found.high_ms / 1000),
        duration(round(found.elapsed_ms)),
        ""
        if found.off_by == 1
        else f"{found.off_by:.1f} x {'longer' if found.is_longer else 'shorter'}",
        found.rates,
    )
