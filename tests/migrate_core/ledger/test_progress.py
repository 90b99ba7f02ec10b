from __future__ import annotations

from datetime import UTC, datetime, timedelta

from migrate_core.ledger.progress import RECENT, Mark, progress

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def marks(*pairs: tuple[float, int]) -> list[Mark]:
    return [Mark(NOON + timedelta(seconds=seconds), rows) for seconds, rows in pairs]


def test_before_two_batches_nothing_is_said_of_the_rate() -> None:
    seen = progress(marks((0, 100)), 1000)

    assert (seen.processed, seen.rows_per_second, seen.seconds_left) == (100, None, None)


def test_a_steady_backfill_has_one_rate_and_one_end() -> None:
    seen = progress(marks((0, 100), (1, 200), (2, 300)), 1000)

    assert (seen.rows_per_second, seen.seconds_left) == (100.0, (7.0, 7.0))


def test_one_that_slowed_down_gives_a_range() -> None:
    """20 batches of late at 10 rows a second, after a quick start."""
    quick = [(at / 10, at * 100) for at in range(10)]
    slow = [(1 + at, 900 + at * 10) for at in range(RECENT)]

    seen = progress(marks(*quick, *slow), 2000)

    assert seen.rows_per_second == 10.0
    assert seen.seconds_left is not None
    shortest, longest = seen.seconds_left
    assert longest == (2000 - 1090) / 10
    assert shortest < longest


def test_beyond_the_estimate_nobody_knows_how_much_is_left() -> None:
    seen = progress(marks((0, 100), (1, 300)), 250)

    assert (seen.is_beyond, seen.seconds_left, seen.rows_per_second) == (True, None, 200.0)


def test_without_an_estimate_there_is_a_rate_and_no_end() -> None:
    seen = progress(marks((0, 100), (1, 300)), None)

    assert (seen.is_beyond, seen.seconds_left, seen.rows_per_second) == (False, None, 200.0)
