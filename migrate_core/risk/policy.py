"""What an environment asks of a plan before it may run there: a value, decided by people.

Its text form is TOML, the same in zanith.toml and in the studio; see docs/policies.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum

import msgspec

from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import REASONS
from migrate_core.risk.verdict import Verdict
from migrate_core.risk.windows import MIDNIGHT, Day, Freeze, Window, zone_of
from migrate_core.schema.objects import Value

HIGHEST_BUDGET = 100
MOST_APPROVALS = 20
FIRST_YEAR, LAST_YEAR = 2000, 2999
LONGEST_TEXT = 300  # of an owner or a reason
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


class Unknown(StrEnum):
    """What a probe does that could not be answered."""

    BLOCK = "block"  # gate 3 stays closed
    PASS = "pass"  # it does not: what was not measured still counts as risk


class Waiver(Value, frozen=True, kw_only=True):
    """A reason that gate 1 does not count for a while, because somebody answers for it."""

    code: str
    until: date  # its last day, in UTC
    owner: str
    reason: str

    def holds(self, at: datetime | None) -> bool:
        """Not where nobody said what day it is."""
        return at is not None and at.astimezone(UTC).date() <= self.until


class Policy(Value, frozen=True, kw_only=True):
    """What a target's environment asks for. `budget` None: scores are shown, not judged."""

    budget: int | None = None
    verify: bool = True
    unknown_probes: Unknown = Unknown.BLOCK
    approvals: int = 0  # whatever the level
    approvals_by_level: Mapping[Level, int] = msgspec.field(default_factory=dict)
    fail_on: tuple[str, ...] = ()  # reason codes that refuse whatever they score
    waivers: tuple[Waiver, ...] = ()
    windows: tuple[Window, ...] = ()  # none: any time is fine
    freezes: tuple[Freeze, ...] = ()

    def in_force(self, at: datetime | None) -> Policy:
        """Without the waivers whose time is over."""
        kept = tuple(waiver for waiver in self.waivers if waiver.holds(at))
        return msgspec.structs.replace(self, waivers=kept)

    def score_of(self, verdict: Verdict) -> int:
        """What gate 1 counts: every reason that is not waived, and what is blocked anyway."""
        waived = {waiver.code for waiver in self.waivers}
        if not waived.intersection(verdict.codes):
            return verdict.score
        counted = [
            reason.level.score
            for reason in verdict.reasons
            if reason.level is Level.BLOCKED or reason.code not in waived
        ]
        return max(counted, default=0)

    def is_over(self, verdict: Verdict) -> bool:
        return self.budget is not None and self.score_of(verdict) > self.budget

    def denied(self, verdict: Verdict) -> set[str]:
        return set(verdict.codes) & set(self.fail_on)

    def approvals_at(self, level: Level) -> int:
        """The level's own number; else what all ask, and no less than a lower level asks."""
        if level in self.approvals_by_level:
            return self.approvals_by_level[level]
        lower = [n for named, n in self.approvals_by_level.items() if named.score < level.score]
        return max([self.approvals, *lower])

    def approvals_for(self, levels: Iterable[Level]) -> int:
        """The most demanding one counts; a plan without a step asks what all ask."""
        return max((self.approvals_at(level) for level in levels), default=self.approvals)


class Problem(Value, frozen=True, kw_only=True):
    key: str  # "waivers[0].code"
    says: str
    hint: str = ""


def problems(policy: Policy) -> Iterator[Problem]:
    """What no type can say: each with the key it is about."""
    yield from _numbers(policy)
    yield from _codes(policy)
    for number, window in enumerate(policy.windows):
        yield from _window(window, f"windows[{number}]")
    for number, freeze in enumerate(policy.freezes):
        yield from _freeze(freeze, f"freezes[{number}]")


def _numbers(policy: Policy) -> Iterator[Problem]:
    if policy.budget is not None and not 0 <= policy.budget <= HIGHEST_BUDGET:
        yield Problem(
            key="budget",
            says=f"{policy.budget} is not between 0 and {HIGHEST_BUDGET}",
            hint=f"Levels score {', '.join(f'{level} {level.score}' for level in Level)}.",
        )
    asked = {"approvals": policy.approvals}
    asked |= {f"approvals_by_level.{level}": n for level, n in policy.approvals_by_level.items()}
    for key, number in asked.items():
        if not 0 <= number <= MOST_APPROVALS:
            yield Problem(key=key, says=f"{number} is not between 0 and {MOST_APPROVALS}")


def _codes(policy: Policy) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, code in enumerate(policy.fail_on):
        yield from _code(code, f"fail_on[{number}]")
        if code in seen:
            yield Problem(key=f"fail_on[{number}]", says=f"{code} is named twice")
        seen.add(code)
    waived: set[str] = set()
    for number, waiver in enumerate(policy.waivers):
        place = f"waivers[{number}]"
        yield from _code(waiver.code, f"{place}.code")
        if waiver.code in waived:
            yield Problem(key=f"{place}.code", says=f"{waiver.code} is waived twice")
        if waiver.code in seen:
            yield Problem(
                key=f"{place}.code",
                says=f"{waiver.code} is in fail_on as well",
                hint="A reason is denied or waived, not both.",
            )
        waived.add(waiver.code)
        yield from _words(place, owner=waiver.owner, reason=waiver.reason)


def _code(code: str, key: str) -> Iterator[Problem]:
    if code not in REASONS:
        yield Problem(
            key=key,
            says=f"there is no reason code {code!r}",
            hint=f"Codes are {', '.join(sorted(REASONS))}.",
        )


def _words(place: str, **given: str) -> Iterator[Problem]:
    for name, text in given.items():
        if not text.strip():
            yield Problem(key=f"{place}.{name}", says="it is empty")
        elif len(text) > LONGEST_TEXT:
            yield Problem(key=f"{place}.{name}", says=f"it is longer than {LONGEST_TEXT}")


def _window(window: Window, place: str) -> Iterator[Problem]:
    if not window.days:
        yield Problem(key=f"{place}.days", says="no day is named", hint=f"Days are {_DAYS}.")
    if len(set(window.days)) < len(window.days):
        yield Problem(key=f"{place}.days", says="a day is named twice")
    for key, hour, allowed in (("from", window.opens, ""), ("to", window.closes, MIDNIGHT)):
        if not _HOUR.fullmatch(hour) and hour != allowed:
            until = f", up to {allowed}" if allowed else ""
            yield Problem(
                key=f"{place}.{key}",
                says=f"{hour!r} is not an hour and its minutes",
                hint=f'Write "22:00"{until}.',
            )
    if window.opens == window.closes:
        yield Problem(
            key=f"{place}.to",
            says="it opens and closes at the same time",
            hint='A whole day is from "00:00" to "24:00".',
        )
    try:
        zone_of(window.zone)
    except ValueError as error:
        hint = "A name of the IANA time zone database, as Europe/Berlin or UTC."
        yield Problem(key=f"{place}.zone", says=str(error), hint=hint)


_DAYS = ", ".join(Day)


def _freeze(freeze: Freeze, place: str) -> Iterator[Problem]:
    for key, given in (("from", freeze.begins), ("to", freeze.ends)):
        if given.tzinfo is None:
            yield Problem(
                key=f"{place}.{key}",
                says="it says no offset from UTC",
                hint="Write 2026-12-20T18:00:00Z, or +01:00 in place of Z.",
            )
            return
        if not FIRST_YEAR <= given.year <= LAST_YEAR:
            yield Problem(key=f"{place}.{key}", says=f"{given.year} is not a year to plan for")
            return
    if freeze.ends <= freeze.begins:
        yield Problem(key=f"{place}.to", says="it ends before it begins")
    yield from _words(place, owner=freeze.owner, reason=freeze.reason)
