"""What stands in a step's way besides rows: from a probe's answer to a reason."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.risk.facts import Facts, human_count
from migrate_core.risk.reasons import NOT_MEASURED, WOULD_FAIL, Reason


def hindrances(facts: Facts, fact: str) -> Iterator[Reason]:
    """Blocked when the probe found any, high when it gave no answer."""
    answer = next((a for a in facts.answers if a.fact == fact), None)
    if answer is None or answer.count is None:
        yield NOT_MEASURED.because(answer.error if answer else f"{fact} was not asked")
    elif answer.count:
        some = f", such as {', '.join(answer.sample)}" if answer.sample else ""
        yield WOULD_FAIL.because(f"{human_count(answer.count)} {answer.question}{some}")
