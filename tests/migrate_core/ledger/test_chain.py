from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from migrate_core.ledger.chain import first_broken, mac
from migrate_core.ledger.rows import Event

KEY = b"kept elsewhere"
START = datetime(2026, 1, 1, tzinfo=UTC)


def chained(size: int = 20) -> list[Event]:
    events: list[Event] = []
    for seq in range(1, size + 1):
        event = Event(
            seq=seq,
            at=START + timedelta(seconds=seq),
            kind="stage_done",
            actor="anna",
            step=seq,
            detail={"sql": "SELECT 1", "rows": seq},
            prev_mac=events[-1].mac if events else "",
        )
        events.append(msgspec.structs.replace(event, mac=mac(event, KEY)))
    return events


def test_an_untouched_chain_holds() -> None:
    events = chained()

    assert first_broken(events, KEY) is None
    assert first_broken(events[10:], KEY, after=10, head=events[9].mac) is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "eve"},
        {"kind": "step_done"},
        {"at": START},
        {"step": None},
        {"attempt": 3},
        {"stage": 1},
        {"migration_id": "x"},
        {"detail": {"sql": "SELECT 2", "rows": 7}},
        {"prev_mac": "0"},
        {"mac": "0"},
    ],
)
def test_an_edited_event_is_found(change: dict[str, Any], seed: int) -> None:
    events = chained()
    place = random.Random(seed).randrange(len(events))
    events[place] = msgspec.structs.replace(events[place], **change)

    assert first_broken(events, KEY) == place + 1


def test_an_edit_with_a_new_mac_but_without_the_key_is_found() -> None:
    events = chained()
    forged = msgspec.structs.replace(events[7], actor="eve")
    events[7] = msgspec.structs.replace(forged, mac=mac(forged, b"guessed"))

    assert first_broken(events, KEY) == 8


def test_a_removed_or_exchanged_event_is_found() -> None:
    events = chained()

    assert first_broken([*events[:5], *events[6:]], KEY) == 6
    assert first_broken([*events[:5], events[6], events[5], *events[7:]], KEY) == 6
