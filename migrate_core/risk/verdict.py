"""From reasons to a verdict: the worst one decides, and every one is shown."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from migrate_core.risk.codes import REASONS, Reason, ReasonCode
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import human_seconds
from migrate_core.schema.objects import Value

# Rewritten at 25 MB/s under ACCESS EXCLUSIVE: 100 ms, as long as anybody waits for a lock that
# is not granted, and one second.
BRIEF_BYTES = 2_500_000
SHORT_BYTES = 25_000_000


class Verdict(Value, frozen=True, kw_only=True):
    level: Level = Level.SAFE
    reasons: tuple[Reason, ...] = ()  # worst first

    @property
    def score(self) -> int:
        return self.level.score

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.reasons)

    def with_reason(self, reason: Reason) -> Verdict:
        """Itself with one more, which weighs as it stands."""
        return _of((*self.reasons, reason))


def judge(reasons: Iterable[Reason], facts: Facts) -> Verdict:
    """An operation's level is the worst of its reasons.

    A reason that weighs by rows falls to safe where the table is measured empty or is created
    in the same plan, and to low where a pending migration makes it; one about time and locks
    alone falls with the time that they can last;
    one about who uses it falls by a level where nobody has, as counted for a day or longer, and
    to safe where nobody can have. Rows that go for good weigh the same, read or not, and so does
    what was never measured.
    """
    return _of(weigh(reason, facts) for reason in reasons)


def _of(reasons: Iterable[Reason]) -> Verdict:
    ordered = tuple(sorted(reasons, key=lambda r: (-r.level.score, r.code)))
    return Verdict(level=ordered[0].level if ordered else Level.SAFE, reasons=ordered)


def weigh(reason: Reason, facts: Facts) -> Reason:
    """At the level that it has on what was measured."""
    code = REASONS[reason.code]
    if facts.is_empty and code.by_rows:
        return msgspec.structs.replace(reason, level=Level.SAFE)
    if facts.awaits and not facts.may_be_filled and (facts.is_ahead or facts.is_made):
        return _ahead(reason, code, facts)
    if code.by_use and (facts.is_new or facts.is_made):
        return msgspec.structs.replace(reason, level=Level.SAFE)
    is_lost = reason.level is Level.DESTRUCTIVE
    if code.by_use and not is_lost and facts.activity and facts.activity.is_unread:
        since = human_seconds(facts.activity.counted_seconds or 0)
        evidence = f"{reason.evidence}; neither read nor written for {since}"
        return msgspec.structs.replace(reason, level=reason.level.one_less, evidence=evidence)
    if code.costs and facts.size and facts.size.bytes is not None:
        heaviest = most(facts.size.bytes)
        if heaviest.score < reason.level.score:
            return msgspec.structs.replace(reason, level=heaviest)
    return reason


def _ahead(reason: Reason, code: ReasonCode, facts: Facts) -> Reason:
    """Of what is not there yet nobody waits and nothing goes; it is measured, and judged again,
    once it is."""
    if not (facts.is_ahead or code.by_use) or reason.level is Level.BLOCKED:
        return reason
    most = Level.MEDIUM if reason.level is Level.DESTRUCTIVE and facts.is_ahead else Level.LOW
    return msgspec.structs.replace(reason, level=min(reason.level, most, key=_score))


def _score(level: Level) -> int:
    return level.score


def most(size: int) -> Level:
    """What holding a lock for as long as this size takes, on a slow disk, can weigh."""
    if size <= BRIEF_BYTES:
        return Level.LOW
    return Level.MEDIUM if size <= SHORT_BYTES else Level.HIGH
