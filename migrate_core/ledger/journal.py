"""Writing the ledger: one transaction, the fence locked in it, events chained in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.types.json import Jsonb

from migrate_core.errors import RunInterruptedError
from migrate_core.ledger.chain import mac
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.ledger.rows import Event, EventKind
from migrate_core.ledger.seals import SEALS, returning
from migrate_core.pg.ddl import ddl
from migrate_core.pg.queries import query

Listener = Callable[[Event], None]


class Delivery:
    """Hands committed events to a listener, each once, never two at a time."""

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener, self._turn = listener, threading.Lock()
        self.last_seq = 0

    def deliver(self, events: tuple[Event, ...] | list[Event]) -> None:
        with self._turn:
            for event in events:
                if event.seq > self.last_seq:
                    self.last_seq = event.seq
                    if self._listener:
                        self._listener(event)


class Entry:
    """One open transaction of the ledger."""

    def __init__(self, journal: Journal, *, seq: int, head: str, now: datetime) -> None:
        self.journal, self.now = journal, now
        self.events: list[Event] = []
        self._seq, self._head = seq, head
        self._unsealed: dict[str, str] = {}

    def event(self, kind: EventKind, **about: Any) -> None:
        """`step`, `attempt` and `stage` are columns; all else goes to `detail`, and so do the
        digests of the rows that were written since the event before."""
        place = {name: about.pop(name, None) for name in ("step", "attempt", "stage")}
        about[SEALS], self._unsealed = self._unsealed or None, {}
        detail = {name: _clean(value) for name, value in about.items() if value is not None}
        self._seq += 1
        event = Event(
            seq=self._seq,
            at=self.now,
            kind=kind,
            actor=self.journal.actor,
            run_id=self.journal.run_id,
            migration_id=self.journal.migration_id,
            detail=detail,
            prev_mac=self._head,
            **place,
        )
        event = msgspec.structs.replace(event, mac=mac(event, self.journal.mac_key))
        fields = {name: getattr(event, name) for name in event.__struct_fields__}
        self.execute(APPEND_EVENT, {**fields, "detail": Jsonb(detail)})
        self._head = event.mac
        self.events.append(event)

    def execute(self, text: Any, params: Mapping[str, Any] | None = None) -> int:
        """Our own SQL with `{schema}` in it; gives the number of rows it touched.

        Rows of the ledger that it writes are sealed by the next event.
        """
        seals = returning(text)
        cursor = self.journal.execute(text + seals, params)
        if seals:
            self._unsealed.update((name, digest) for _zone, name, digest in cursor)
        return int(cursor.rowcount)

    def seal(self) -> None:
        """Before the end: what no event has sealed gets one of its own."""
        if self._unsealed:
            self.event(EventKind.ROWS_SEALED)

    def fetch(self, text: Any, params: Mapping[str, Any] | None = None) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self.journal.execute(text, params).fetchone()
        return found


class Journal:
    """The ledger as one session writes it: the fence's token is re-checked every time."""

    def __init__(
        self,
        conn: Connection[Any],
        *,
        actor: str,
        run_id: UUID | None = None,
        migration_id: str | None = None,
        schema: str = DEFAULT_SCHEMA,
        mac_key: bytes | None = None,
        delivery: Delivery | None = None,
        token: int | None = None,
    ) -> None:
        self.conn, self.schema = conn, schema
        self.actor, self.run_id, self.migration_id = actor, run_id, migration_id
        self.mac_key, self.delivery = mac_key, delivery or Delivery()
        self.token = token

    def take_over(self) -> None:
        """From now on no other session's transaction passes the fence. Under the lock only."""
        row = self.execute(TAKE_OVER).fetchone()
        self.token = int(row[0]) if row else None

    @contextmanager
    def transaction(
        self, *, lock_timeout_ms: int = 5000, statement_timeout_ms: int = 0
    ) -> Iterator[Entry]:
        """Commits what is done in it together with the rows written, or neither.

        Raises:
            RunInterruptedError: another runner has taken over meanwhile.
        """
        with self.conn.transaction():
            entry = self._open(lock_timeout_ms, statement_timeout_ms)
            yield entry
            entry.seal()
        self.delivery.deliver(entry.events)

    def _open(self, lock_timeout_ms: int, statement_timeout_ms: int) -> Entry:
        timeouts = {
            "lock_timeout": f"{lock_timeout_ms}ms",
            "statement_timeout": f"{statement_timeout_ms}ms",
        }
        row = self.execute(OPEN_FENCE, timeouts).fetchone()
        if row is None or row[0] != self.token:
            raise RunInterruptedError(
                "another runner has taken over this database",
                detail="The fence's token is not the one this session was given.",
                still_true="The statement at hand was not run.",
                hint="Look at the run's page: it goes on elsewhere.",
            )
        return Entry(self, seq=row[1], head=row[2], now=row[3])

    def execute(self, text: Any, params: Mapping[str, Any] | None = None) -> Any:
        return self.conn.execute(ddl(text, schema=self.schema), params)


def _clean(value: Any) -> Any:
    """What jsonb gives back as it was: no NUL in texts, no fractions."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {str(key): _clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    if isinstance(value, bool) or value is None or isinstance(value, int):
        return value
    return str(value)


OPEN_FENCE = query(__package__, "fence")
APPEND_EVENT = query(__package__, "append_event")
TAKE_OVER = "UPDATE {schema}._zanith_fence SET token = token + 1 RETURNING token"
