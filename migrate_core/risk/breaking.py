"""Rows of today that would make a step fail: from a probe's answer to a reason."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.risk.facts import Facts, human_count
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import (
    FAILS_ON_EXISTING_ROWS,
    NOT_MEASURED,
    OLD_ROWS_BREAK_RULE,
    Reason,
)


def breaking(facts: Facts, fact: str) -> Iterator[Reason]:
    """Blocked when rows were counted or one of them makes an error, high when they could not be
    counted; none when there are none.

    A column that this plan itself adds and fills has no rows to count yet: the step's own
    validation and the rehearsal decide.
    """
    if facts.is_pending:
        return
    answer = next((a for a in facts.answers if a.fact == fact), None)
    if answer is None or answer.is_unknown:
        level = None if answer is None or answer.is_needed else Level.MEDIUM
        error = answer.error if answer else f"{fact} was not asked"
        yield NOT_MEASURED.because(error, level=level)
    elif answer.count or answer.fails:
        some = f", such as {', '.join(answer.sample)}" if answer.sample else ""
        counted = f"{human_count(answer.count or 0)} {answer.question}"
        evidence = answer.found if answer.fails else counted
        level = None if answer.blocks else Level.HIGH
        before = "" if answer.blocks else "; SQL that runs before it may change that"
        yield FAILS_ON_EXISTING_ROWS.because(f"{evidence}{some}{before}", level=level)


def outliving(facts: Facts, fact: str, *, mended: bool) -> Iterator[Reason]:
    """For a rule that is not asked of rows of today: those that break it stay, and cannot be
    updated. `mended`: until a later step of the plan validates it."""
    if facts.is_pending:
        return
    answer = next((a for a in facts.answers if a.fact == fact), None)
    level = Level.MEDIUM if mended else None
    if answer is None or answer.count is None:
        error = answer.error if answer else f"{fact} was not asked"
        yield OLD_ROWS_BREAK_RULE.because(f"not counted: {error}", level=level)
    elif answer.count:
        some = f", such as {', '.join(answer.sample)}" if answer.sample else ""
        yield OLD_ROWS_BREAK_RULE.because(
            f"{human_count(answer.count)} {answer.question}{some}", level=level
        )
