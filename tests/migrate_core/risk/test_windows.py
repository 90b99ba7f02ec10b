from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from migrate_core.risk.windows import (
    Day,
    Freeze,
    Window,
    in_words,
    is_open,
    moment,
    next_open,
)
from tests.policies import freezes, moments, windows

BERLIN = "Europe/Berlin"  # clocks go forward on 2026-03-29 and back on 2026-10-25, at 01:00 UTC
NIGHTS = Window(days=(Day.SAT, Day.SUN), opens="22:00", closes="04:00", zone=BERLIN)
FREEZE = Freeze(
    begins=datetime(2026, 12, 20, tzinfo=UTC),
    ends=datetime(2027, 1, 2, tzinfo=UTC),
    reason="Christmas",
    owner="otto",
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("at", "is_in"),
    [
        ("2026-11-28T20:59:59", False),  # Saturday 21:59:59 there
        ("2026-11-28T21:00:00", True),
        ("2026-11-29T02:59:59", True),  # Sunday, still Saturday's
        ("2026-11-29T03:00:00", False),
        ("2026-11-29T21:00:00", True),  # Sunday's
        ("2026-11-30T02:59:59", True),  # on Monday morning
        ("2026-11-30T21:00:00", False),  # Monday has none
        ("2026-11-28T02:00:00", False),  # Friday has none that would last until Saturday
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens(at: str, is_in: bool) -> None:
    assert is_open((NIGHTS,), utc(at)) is is_in


def test_the_end_of_a_day_is_24_00() -> None:
    whole = Window(days=(Day.THU,), opens="00:00", closes="24:00")

    assert whole.around(utc("2026-11-26T12:00:00")) == (
        utc("2026-11-26T00:00:00"),
        utc("2026-11-27T00:00:00"),
    )
    assert not is_open((whole,), utc("2026-11-27T00:00:00"))


@pytest.mark.parametrize(
    ("day", "opens", "closes", "length"),
    [
        ("2026-11-28T23:00:00", "22:00", "04:00", 6),
        ("2026-03-28T23:00:00", "22:00", "04:00", 5),  # the night that is an hour short
        ("2026-10-24T23:00:00", "22:00", "04:00", 7),  # the night that is an hour long
    ],
)
def test_a_night_in_which_clocks_change_lasts_as_long_as_it_lasts(
    day: str, opens: str, closes: str, length: int
) -> None:
    window = Window(opens=opens, closes=closes, zone=BERLIN)

    found = window.around(utc(day))

    assert found is not None
    assert found[1] - found[0] == timedelta(hours=length)


def test_an_hour_that_clocks_skip_begins_when_they_have_skipped_it() -> None:
    skipped = utc("2026-03-29T01:00:00")  # 02:00 there, from then on 03:00

    assert moment(skipped.date(), "02:00", BERLIN) == skipped
    assert moment(skipped.date(), "02:30", BERLIN) == skipped
    assert moment(skipped.date(), "03:00", BERLIN) == skipped
    assert moment(skipped.date(), "03:01", BERLIN) == skipped + timedelta(minutes=1)


def test_a_window_that_the_clock_swallows_is_there_a_day_later() -> None:
    window = Window(opens="02:10", closes="02:50", zone=BERLIN)

    assert window.next_after(utc("2026-03-28T12:00:00")) == utc("2026-03-30T00:10:00")


def test_of_an_hour_that_comes_twice_the_first_counts() -> None:
    assert moment(utc("2026-10-25T00:00:00").date(), "02:30", BERLIN) == utc("2026-10-25T00:30:00")


def test_a_freeze_keeps_windows_shut_and_the_next_one_opens_after_it() -> None:
    assert next_open((NIGHTS,), (FREEZE,), utc("2026-12-24T12:00:00")) == utc("2027-01-02T21:00:00")
    assert next_open((), (FREEZE,), utc("2026-12-24T12:00:00")) == FREEZE.ends
    inside = Freeze(
        begins=utc("2026-11-28T12:00:00"), ends=utc("2026-11-28T23:00:00"), reason="r", owner="o"
    )
    assert next_open((NIGHTS,), (inside,), utc("2026-11-28T12:00:00")) == inside.ends


def test_a_freeze_begins_with_its_first_second_and_is_over_at_its_last() -> None:
    assert not FREEZE.holds(FREEZE.begins - timedelta(seconds=1))
    assert FREEZE.holds(FREEZE.begins)
    assert not FREEZE.holds(FREEZE.ends)


def test_now_is_the_next_moment_where_it_is_open_now() -> None:
    at = utc("2026-11-28T22:00:00")
    assert next_open((NIGHTS,), (), at) == at
    assert next_open((), (), at) == at


def test_a_moment_is_told_as_clocks_there_read_and_in_utc() -> None:
    assert in_words(utc("2026-11-28T21:00:00"), BERLIN) == "Sat 2026-11-28 22:00 CET (21:00 UTC)"
    assert in_words(utc("2026-07-03T22:30:00"), BERLIN) == (
        "Sat 2026-07-04 00:30 CEST (2026-07-03 22:30 UTC)"
    )
    assert in_words(utc("2026-07-03T22:30:00")) == "Fri 2026-07-03 22:30 UTC"


@given(windows(), freezes(), moments)
def test_the_next_moment_is_open_and_none_before_it_is(
    window: Window, freeze: Freeze, at: datetime
) -> None:
    found = next_open((window,), (freeze,), at)

    if found is None:
        return  # a window of a minute that lies in a freeze of weeks
    assert found >= at
    assert is_open((window,), found)
    assert not freeze.holds(found)
    step = max((found - at) / 50, timedelta(seconds=1))
    before = [at + n * step for n in range(50) if at + n * step < found]
    assert not any(is_open((window,), one) and not freeze.holds(one) for one in before)


@given(windows(), moments)
def test_a_window_is_open_from_its_opening_until_its_end(window: Window, at: datetime) -> None:
    opening = window.next_after(at)

    assert opening is not None
    opened, closed = window.around(opening) or (None, None)
    assert closed is not None
    assert opened == opening > at
    assert window.around(closed - timedelta(seconds=1)) == (opened, closed)
    assert is_open((window,), closed) is (window.around(closed) is not None)
