from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy, Waiver
from migrate_core.risk.reasons import DROPS_INDEX, RAW_SQL, WOULD_FAIL
from migrate_core.risk.verdict import judge

UNTIL = date(2026, 12, 31)


def waived(*codes: str) -> Policy:
    given = (Waiver(code=code, until=UNTIL, owner="dee", reason="looked at") for code in codes)
    return Policy(budget=15, waivers=tuple(given))


def test_what_is_waived_is_not_counted_and_the_rest_is() -> None:
    verdict = judge((RAW_SQL.because("x"), DROPS_INDEX.because("y")), Facts())

    assert waived().score_of(verdict) == Level.HIGH.score
    assert waived("raw_sql").score_of(verdict) == Level.MEDIUM.score
    assert waived("raw_sql", "drops_index").score_of(verdict) == 0
    assert waived("rls_change").score_of(verdict) == Level.HIGH.score


def test_what_is_blocked_is_never_waived() -> None:
    verdict = judge((WOULD_FAIL.because("x"),), Facts())

    assert waived(WOULD_FAIL.code).score_of(verdict) == Level.BLOCKED.score


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2027, 1, 1, tzinfo=UTC), False),
        (datetime.fromisoformat("2027-01-01T00:30:00+01:00"), True),  # still the 31st in UTC
        (None, False),
    ],
)
def test_a_waiver_holds_through_its_last_day_in_utc(at: datetime | None, holds: bool) -> None:
    assert bool(waived("raw_sql").in_force(at).waivers) is holds


@pytest.mark.parametrize(
    ("default", "by_level", "asked"),
    [
        (1, {}, (1, 1, 1, 1, 1, 1)),
        (0, {Level.HIGH: 1, Level.DESTRUCTIVE: 2}, (0, 0, 0, 1, 2, 2)),
        (0, {Level.HIGH: 1}, (0, 0, 0, 1, 1, 1)),  # more risk never asks for fewer by omission
        (2, {Level.SAFE: 0}, (0, 2, 2, 2, 2, 2)),
        (1, {Level.MEDIUM: 3, Level.HIGH: 2}, (1, 1, 3, 2, 3, 3)),
    ],
)
def test_a_level_that_is_not_named_asks_what_all_ask_and_no_less_than_a_lower_one(
    default: int, by_level: dict[Level, int], asked: tuple[int, ...]
) -> None:
    policy = Policy(approvals=default, approvals_by_level=by_level)

    assert tuple(policy.approvals_at(level) for level in Level) == asked


def test_the_most_demanding_level_of_a_plan_counts() -> None:
    policy = Policy(approvals=0, approvals_by_level={Level.MEDIUM: 3, Level.HIGH: 2})

    assert policy.approvals_for([Level.SAFE, Level.MEDIUM, Level.HIGH]) == 3
    assert policy.approvals_for([Level.SAFE]) == 0
    assert policy.approvals_for([]) == 0
