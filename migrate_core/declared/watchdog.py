"""A limit that the SQL itself cannot lift: statement_timeout is a setting, and files set it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from migrate_core.errors import MigrateError


class Watchdog:
    """Whether the time was up; `stop` was called once, from another thread, when it was."""

    def __init__(self) -> None:
        self.expired = False
        self.failure: MigrateError | None = None  # why `stop` could not do its work


@contextmanager
def watchdog(seconds: float, stop: Callable[[], None]) -> Iterator[Watchdog]:
    """Calls `stop` unless the block ends within `seconds`."""
    dog = Watchdog()

    def bite() -> None:
        dog.expired = True
        try:
            stop()
        except MigrateError as error:  # a thread has nobody to raise to
            dog.failure = error

    timer = threading.Timer(seconds, bite)
    timer.daemon = True
    timer.start()
    try:
        yield dog
    finally:
        timer.cancel()
        timer.join()
