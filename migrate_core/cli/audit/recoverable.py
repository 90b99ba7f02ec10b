"""What is still recoverable, in the order in which it expires."""

from __future__ import annotations

from argparse import Namespace

from migrate_core.cli.console.asking import FORMATS, add_question, answer
from migrate_core.cli.console.output import moment, plural
from migrate_core.ledger.audit import Recoverable
from migrate_core.risk.facts import human_bytes

__all__ = ["FORMATS", "add_arguments", "run"]

add_arguments = add_question
HEADS = ("artifact", "what", "from", "rows", "size", "parked (UTC)", "by", "until")


def run(args: Namespace) -> int:
    return answer(args, "recoverable", _row, heads=HEADS)


def _row(found: Recoverable) -> tuple[str, ...]:
    until = moment(found.expires_at)[:10] or "no end"
    return (
        str(found.id)[:8],
        found.kind_words,
        found.source,
        "" if found.row_count is None else plural(found.row_count, "row"),
        "" if found.bytes is None else human_bytes(found.bytes),
        moment(found.created_at),
        found.created_by,
        f"{until}, expired" if found.is_expired else until,
    )
