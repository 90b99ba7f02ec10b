"""Whether a record still says what it said: the chain of events, the rows they seal, a head."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from migrate_core.ledger import chain, ledger
from migrate_core.ledger.heads import NOTHING, Head
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.ledger.rows import Event, EventKind
from migrate_core.ledger.seals import RowsChecked, Seals, WrongRow
from migrate_core.schema.objects import Value

BATCH = 1000
SHOWN = 20


class RecordCheck(Value, frozen=True, kw_only=True):
    """What became of the chain of events, and of the rows that it seals."""

    events: int  # how many hold, from the first one on
    head: str  # the mac of the last of them
    broken: int | None = None  # the first that is missing, edited or out of place
    keyed: bool = False  # whether it is an HMAC: without a key only accidents show
    has_head: bool = True  # whether the head that was asked for is among them
    rows: int | None = None  # how many are as they were sealed; None: not compared
    older_rows: int = 0  # of runs that began before rows were sealed
    wrong_rows: int = 0
    wrong: tuple[WrongRow, ...] = ()  # the first of them
    keeper_changed: bool = False  # the studio that keeps the target is not the one on the record

    @property
    def holds(self) -> bool:
        sound = self.broken is None and self.has_head
        return sound and not self.wrong_rows and not self.keeper_changed


def check_record(
    conn: Connection[Any], key: bytes | None, *, head: str = "", schema: str = DEFAULT_SCHEMA
) -> RecordCheck:
    """Reads every event and every row once, at one moment.

    `head` is a mac that was kept elsewhere: whoever cut the end off, fence and all, lacks it.
    """
    seals, keeper = Seals(), _Keeper()
    with _at_one_moment(conn):
        walk = _Walk(conn, key, NOTHING, schema)
        has_head = not head
        for events in walk:
            has_head = has_head or any(event.mac == head for event in events)
            seals.add(events)
            keeper.add(events)
        found = RecordCheck(
            events=walk.head.seq,
            head=walk.head.mac,
            broken=walk.broken,
            keyed=key is not None,
            has_head=has_head,
        )
        if walk.broken is not None or not ledger.exists(conn, schema):
            return found
        rows: RowsChecked = seals.check(conn, schema)
        return RecordCheck(
            **{name: getattr(found, name) for name in ("events", "head", "keyed", "has_head")},
            rows=rows.rows,
            older_rows=rows.older,
            wrong_rows=len(rows.wrong),
            wrong=rows.wrong[:SHOWN],
            keeper_changed=keeper.is_another(ledger.managed_by(conn, schema)),
        )


def follow(
    conn: Connection[Any], key: bytes | None, known: Head, *, schema: str = DEFAULT_SCHEMA
) -> RecordCheck:
    """The same from a head that was verified before: reads what came after it, and no row.

    `has_head` False: the record no longer holds that head, so it was cut off or rewritten.
    """
    with _at_one_moment(conn):
        if not _holds(conn, known, schema):
            return RecordCheck(
                events=known.seq, head=known.mac, keyed=key is not None, has_head=False
            )
        walk = _Walk(conn, key, known, schema)
        for _events in walk:
            pass
    return RecordCheck(
        events=walk.head.seq, head=walk.head.mac, broken=walk.broken, keyed=key is not None
    )


class _Walk:
    """Batches of events that hold, from a head on; `broken` once it is over."""

    def __init__(self, conn: Connection[Any], key: bytes | None, start: Head, schema: str) -> None:
        self._conn, self._key, self._schema = conn, key, schema
        self.head = start
        self.broken: int | None = None

    def __iter__(self) -> Iterator[tuple[Event, ...]]:
        last = ledger.last_event(self._conn, self._schema)
        while events := ledger.events_after(
            self._conn, self.head.seq, limit=BATCH, schema=self._schema
        ):
            broken = chain.first_broken(events, self._key, after=self.head.seq, head=self.head.mac)
            held = tuple(event for event in events if broken is None or event.seq < broken)
            if held:
                self.head = Head(seq=held[-1].seq, mac=held[-1].mac)
                yield held
            if broken is not None:
                self.broken = broken
                return
        # Events that are gone from the end leave the fence behind.
        if last not in (None, (self.head.seq, self.head.mac)):
            self.broken = self.head.seq + 1


class _Keeper:
    """Who was said to keep the target, last."""

    def __init__(self) -> None:
        self._by: str | None = None

    def add(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if event.kind == EventKind.MANAGED:
                self._by = event.detail.get("by")

    def is_another(self, now: str | None) -> bool:
        return now != self._by


@contextmanager
def _at_one_moment(conn: Connection[Any]) -> Iterator[None]:
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", prepare=False)
        yield


def _holds(conn: Connection[Any], known: Head, schema: str) -> bool:
    """Whether the event of that number still has that mac."""
    if not known.seq:
        return True
    found = ledger.events_after(conn, known.seq - 1, limit=1, schema=schema)
    return bool(found) and (found[0].seq, found[0].mac) == (known.seq, known.mac)
