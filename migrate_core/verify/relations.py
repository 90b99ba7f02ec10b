"""The relations of a database before and after a statement, and what differs between the two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from msgspec import Struct

from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import HIDDEN, QualifiedName
from migrate_core.pg.queries import query

# The first version whose sessions hand over their counters when asked to.
_FLUSHES = 150000
_WITH_FILES = "rmiS"

Held = frozenset[tuple[int, LockMode]]


class Relation(Struct, frozen=True):
    oid: int
    schema: str
    name: str
    kind: str  # pg_class.relkind
    filenode: int
    belongs_to: int | None
    scans: int | None  # sequential scans so far; None where nobody counts them
    written: list[int] | None = None  # rows inserted, updated and deleted so far
    seen: int | None = None  # rows that sequential scans have read so far
    searches: int | None = None  # of an index, so far

    @property
    def qualified(self) -> QualifiedName:
        return QualifiedName(self.schema, self.name)

    @property
    def is_ours(self) -> bool:
        return self.name.startswith(HIDDEN)


Relations = Mapping[int, Relation]


def read_relations(conn: psycopg.Connection[Any], *, settled: bool) -> Relations:
    """`settled` is for a session that is in no transaction: the server's counters, not its own."""
    if settled and conn.info.server_version >= _FLUSHES:
        conn.execute("SELECT pg_catalog.pg_stat_force_next_flush()", prepare=False)
    text = query(__package__, "relations")
    rows = conn.execute(text, {"settled": settled}, prepare=False).fetchall()
    return {row[0]: Relation(*row) for row in rows}


def rewritten(before: Relations, after: Relations) -> Iterator[Relation]:
    """What has other files than before, under the same number or, as an index may, the same name.

    ALTER TYPE and REINDEX CONCURRENTLY make an index anew; the first keeps the file where it can.
    """
    indexes = {one.qualified: one for one in after.values() if one.kind == "i"}
    for oid, old in before.items():
        if old.kind not in _WITH_FILES or old.is_ours:
            continue
        new = after.get(oid) or (indexes.get(old.qualified) if old.kind == "i" else None)
        if new is not None and new.filenode != old.filenode:
            yield old


def scanned(before: Relations, after: Relations) -> Iterator[Relation]:
    """What was read from end to end; an empty table is, too."""
    for oid, old in before.items():
        now = after[oid].scans if oid in after else None
        if now is not None and old.scans is not None and now > old.scans and not old.is_ours:
            yield old


def unseen_scans(conn: psycopg.Connection[Any], before: Relations, *, settled: bool) -> str:
    """Why scans cannot be observed; empty where they can."""
    if settled and conn.info.server_version < _FLUSHES:
        major = conn.info.server_version // 10_000
        return f"scans are not observable outside a transaction block on PostgreSQL {major}"
    if any(one.scans is None for one in before.values()):
        return "scans are not observable while track_counts is off"
    return ""


def belonging(oid: int, *snapshots: Relations) -> Iterator[Relation]:
    """A relation as each snapshot has it, then what it belongs to, and so on."""
    here: int | None = oid
    seen: set[int] = set()
    while here is not None and here not in seen:
        seen.add(here)
        known = [relations[here] for relations in snapshots if here in relations]
        yield from known
        here = known[0].belongs_to if known else None
