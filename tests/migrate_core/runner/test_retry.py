from __future__ import annotations

import psycopg
import pytest

from migrate_core.runner.options import RunOptions
from migrate_core.runner.retry import Tries, is_retried


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.LockNotAvailable,
        psycopg.errors.DeadlockDetected,
        psycopg.errors.SerializationFailure,
        psycopg.errors.CannotConnectNow,
        psycopg.errors.TooManyConnections,
    ],
)
def test_what_passes_by_itself_is_tried_again(error: type[psycopg.Error]) -> None:
    assert is_retried(error())


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.UndefinedTable,
        psycopg.errors.UniqueViolation,
        psycopg.errors.DivisionByZero,
        psycopg.errors.DiskFull,
        psycopg.errors.ReadOnlySqlTransaction,
        psycopg.errors.QueryCanceled,
        psycopg.errors.InsufficientPrivilege,
    ],
)
def test_what_a_person_has_to_mend_is_not(error: type[psycopg.Error]) -> None:
    assert not is_retried(error())


def test_there_are_so_many_tries_and_no_more() -> None:
    tries = Tries(RunOptions(lock_tries=3))

    assert [tries.use_one() for _ in range(3)] == [True, True, False]


def test_no_try_is_left_when_the_time_is_used_up() -> None:
    assert not Tries(RunOptions(lock_budget_seconds=0)).use_one()


def test_a_sleep_stays_within_a_bound_that_doubles_up_to_the_longest() -> None:
    tries = Tries(RunOptions(longest_sleep_seconds=0.4))
    for _ in range(30):
        tries.use_one()
        assert 0 <= tries.sleep_seconds() <= min(0.05 * 2**tries.count, 0.4)
