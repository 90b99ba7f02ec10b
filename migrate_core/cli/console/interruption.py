"""Ctrl-C during a run: it stops by itself, once what was under way is on the record."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from migrate_core.ledger.wishes import FULL_PACE, Wish


class Interruption:
    """What the runner asks between statements, and its watch during long ones."""

    def __init__(self) -> None:
        self._wish: Wish | None = None

    def wanted(self) -> Wish | None:
        return self._wish

    def pace(self) -> int:
        return FULL_PACE

    def ask(self, number: int, frame: FrameType | None) -> None:
        if self._wish is None:
            # Not print(): the handler may have come in the middle of one.
            os.write(sys.stderr.fileno(), _STOPPING)
        self._wish = "cancel"


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """SIGINT and SIGTERM ask the run to stop; both are as before when the block ends."""
    control = Interruption()
    before = {number: signal.signal(number, control.ask) for number in _SIGNALS}
    try:
        yield control
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_STOPPING = b"Stopping: the statement under way is rolled back and put on the record.\n"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
