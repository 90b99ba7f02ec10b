"""Which failures are worth another try, and how long to sleep before it."""

from __future__ import annotations

import random
import time

import psycopg

from migrate_core.runner.options import RunOptions

# Waits and collisions that pass by themselves. Everything else is decided by a person.
RETRIED = {
    "55P03": "lock not available",
    "40P01": "deadlock detected",
    "40001": "could not serialize access",
    "57P03": "cannot connect now",
    "53300": "too many connections",
}
ENDED_ON_PURPOSE = frozenset({"57P01", "57P05"})  # by an administrator, or for being idle
CANCELLED = "57014"
FIRST_SLEEP_SECONDS = 0.05


def is_retried(error: psycopg.Error) -> bool:
    return error.sqlstate in RETRIED


class Tries:
    """The budget of one stage: so many tries in so much time."""

    def __init__(self, options: RunOptions) -> None:
        self.options, self.count = options, 0
        self._began = time.monotonic()

    def use_one(self) -> bool:
        """Whether another try is left after this one."""
        self.count += 1
        within = time.monotonic() - self._began < self.options.lock_budget_seconds
        return within and self.count < self.options.lock_tries

    def sleep_seconds(self) -> float:
        """Full jitter: anything up to a bound that doubles."""
        bound = FIRST_SLEEP_SECONDS * 2 ** min(self.count, 20)
        return random.uniform(0, min(bound, self.options.longest_sleep_seconds))
