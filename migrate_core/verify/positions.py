"""Where sequences stand before and after raw SQL, and which went back to what was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from msgspec import Struct
from psycopg import sql

from migrate_core.pg.queries import query


class Position(Struct, frozen=True):
    """As the sequence's own row says it: one that was set, and not called yet, has given nothing
    of what it stands at."""

    last: int
    called: bool
    step: int

    @property
    def next(self) -> int:
        return self.last + self.step if self.called else self.last

    def differs(self, other: Position) -> bool:
        return (self.last, self.called) != (other.last, other.called)

    def is_behind(self, before: Position) -> bool:
        """Whether it will give what was given already, or was passed over."""
        gone = self.next - before.last if before.step > 0 else before.last - self.next
        return gone < 0 or (gone == 0 and before.called)

    def __str__(self) -> str:
        return f"at {self.last}" if self.called else f"just before {self.last}"


Positions = Mapping[str, Position]  # by quoted names


def read_positions(conn: psycopg.Connection[Any]) -> Positions:
    """Of sequences that may be read. No view says where one stands that was only set."""
    rows = conn.execute(query(__package__, "positions"), prepare=False).fetchall()
    found: dict[str, Position] = {}
    for schema, name, quoted, step in rows:
        text = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(schema, name))
        for last, called in conn.execute(text, prepare=False):
            found[quoted] = Position(last, called, step)
    return found


def moved_sequences(
    before: Positions, after: Positions
) -> Iterator[tuple[str, Position, Position]]:
    """Those that were there, and stand elsewhere."""
    for name, now in after.items():
        was = before.get(name, now)
        if now.differs(was):
            yield name, was, now
