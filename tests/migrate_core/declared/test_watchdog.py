from __future__ import annotations

import threading

from migrate_core.declared.watchdog import watchdog
from migrate_core.errors import ShadowError


def test_it_stops_what_outlives_its_time_once() -> None:
    calls: list[int] = []
    stopped = threading.Event()

    def stop() -> None:
        calls.append(1)
        stopped.set()

    with watchdog(0.01, stop) as dog:
        assert stopped.wait(10)

    assert (dog.expired, calls) == (True, [1])


def test_it_leaves_alone_what_ends_in_time() -> None:
    calls: list[int] = []

    with watchdog(3600, lambda: calls.append(1)) as dog:
        pass

    assert (dog.expired, calls) == (False, [])


def test_why_it_could_not_stop_is_kept_for_the_block() -> None:
    tried = threading.Event()

    def stop() -> None:
        tried.set()
        raise ShadowError("the server is gone")

    with watchdog(0.01, stop) as dog:
        assert tried.wait(10)

    assert dog.failure is not None
    assert dog.failure.message == "the server is gone"
