"""Policies as Hypothesis makes them: every one of them is without a problem."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import strategies as st

from migrate_core.risk.levels import Level
from migrate_core.risk.policy import MOST_APPROVALS, Policy, Unknown, Waiver
from migrate_core.risk.reasons import REASONS
from migrate_core.risk.windows import Day, Freeze, Window

CODES = sorted(REASONS)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
FIRST, LAST = datetime(2026, 1, 1), datetime(2027, 12, 31)  # the zone comes after

words = st.text(min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
moments = st.datetimes(FIRST, LAST, timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
offsets = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
budgets = st.none() | st.integers(0, 100)
approvals = st.integers(0, MOST_APPROVALS)
by_level = st.dictionaries(st.sampled_from(Level), approvals, max_size=4)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    hours = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
    opens = draw(hours)
    return Window(
        days=tuple(draw(st.sets(st.sampled_from(Day), min_size=1))),
        opens=opens,
        closes=draw((hours | st.just("24:00")).filter(lambda hour: hour != opens)),
        zone=draw(st.sampled_from(ZONES)),
    )


@st.composite
def freezes(draw: st.DrawFn) -> Freeze:
    begins = draw(moments).astimezone(draw(offsets))
    length = timedelta(minutes=draw(st.integers(1, 60 * 24 * 60)))
    return Freeze(begins=begins, ends=begins + length, reason=draw(words), owner=draw(words))


def waivers(codes: list[str]) -> st.SearchStrategy[tuple[Waiver, ...]]:
    one = st.builds(
        Waiver,
        code=st.sampled_from(codes),
        until=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
        owner=words,
        reason=words,
    )
    return st.lists(one, max_size=3, unique_by=lambda waiver: waiver.code).map(tuple)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    denied = draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True))
    return Policy(
        budget=draw(budgets),
        verify=draw(st.booleans()),
        unknown_probes=draw(st.sampled_from(Unknown)),
        approvals=draw(approvals),
        approvals_by_level=draw(by_level),
        fail_on=tuple(denied),
        waivers=draw(waivers([code for code in CODES if code not in denied])),
        windows=tuple(draw(st.lists(windows(), max_size=2))),
        freezes=tuple(draw(st.lists(freezes(), max_size=2))),
    )
