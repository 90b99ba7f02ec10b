"""From reasons to a verdict: the worst one decides, and every one is shown."""

from __future__ import annotations

from collections.abc import Iterable

from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import REASONS, Reason
from migrate_core.schema.objects import Value


class Verdict(Value, frozen=True, kw_only=True):
    level: Level = Level.SAFE
    reasons: tuple[Reason, ...] = ()  # worst first

    @property
    def score(self) -> int:
        return self.level.score

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.reasons)


def judge(reasons: Iterable[Reason], facts: Facts) -> Verdict:
    """An operation's level is the worst of its reasons.

    A reason that weighs by rows falls to safe where the table is measured empty or is
    created in the same plan; one that was never measured keeps its weight.
    """
    weighed = [_ease(reason) if facts.is_empty else reason for reason in reasons]
    ordered = tuple(sorted(weighed, key=lambda r: (-r.level.score, r.code)))
    return Verdict(level=ordered[0].level if ordered else Level.SAFE, reasons=ordered)


def _ease(reason: Reason) -> Reason:
    if not REASONS[reason.code].by_rows:
        return reason
    return Reason(code=reason.code, level=Level.SAFE, evidence=reason.evidence)
