"""Seals: the digest of every row that the ledger holds, inside the chain of events.

The chain covers events only. So each event carries, under `seals`, the digests of the rows
that were written with it: a row that is edited, taken away or put in later has no event that
says so. docs/evidence.md tells how to compute the same without this program.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from psycopg import Connection

from migrate_core.ledger.rows import Event, EventKind
from migrate_core.pg.ddl import ddl
from migrate_core.schema.objects import Value

SEALS = "seals"  # the key in an event's detail

# A row's name in a seal, and the run that wrote it.
_NAMES = {
    "_zanith_runs": ("'run ' || {row}.run_id", "{row}.run_id"),
    "_zanith_migrations": ("'migration ' || {row}.id || ' ' || {row}.cycle", "{row}.run_id"),
    "_zanith_migration_steps": (
        "concat_ws(' ', 'step', {row}.run_id, {row}.step, {row}.attempt)",
        "{row}.run_id",
    ),
    "_zanith_migration_artifacts": ("'artifact ' || {row}.id", "{row}.run_id"),
    "_zanith_migration_checkpoints": (
        "concat_ws(' ', 'checkpoint', {row}.run_id, {row}.step, {row}.stage)",
        "{row}.run_id",
    ),
    "_zanith_schema_snapshots": ("'snapshot ' || {row}.id", "{row}.run_id"),
    "_zanith_graphs": ("'graph ' || {row}.fingerprint", "NULL::uuid"),
}
_FIRST = (EventKind.RUN_STARTED, EventKind.BASELINE_TAKEN)  # what a record begins with
# Without nulls, so that a column which a later version adds changes no digest of before.
_DIGEST = "encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb({row}))::text, 'UTF8')), 'hex')"
# jsonb writes times in the session's zone, and raw SQL may have set another one.
_ZONE = "set_config('TimeZone', 'UTC', true)"
_WRITES = re.compile(r"(?:INSERT INTO|UPDATE)\s+(?:\{schema\}|\w+|\"[^.]+\")\.(_zanith_\w+)")


class Wrong(StrEnum):
    EDITED = "edited"
    ADDED = "added"  # no event speaks of it
    MISSING = "missing"


class WrongRow(Value, frozen=True, kw_only=True):
    row: str  # as seals name it: "step <run> <step> <attempt>"
    wrong: Wrong


class RowsChecked(NamedTuple):
    rows: int  # that are as an event sealed them
    older: int  # written by runs that began before rows were sealed
    wrong: tuple[WrongRow, ...]


def returning(text: str) -> str:
    """What a statement that writes rows has to give back for a seal; "" for one that does not."""
    written = [table for table in _WRITES.findall(text) if table in _NAMES]
    if not written:
        return ""
    table = written[-1]
    name, _run = _NAMES[table]
    return f"\nRETURNING {_ZONE}, " + f"{name}, {_DIGEST}".replace("{row}", table)


class Seals:
    """What the events of a record say about its rows, the last word on each."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}
        self._old_runs: set[str] = set()
        self._is_older: bool | None = None

    def add(self, events: Collection[Event]) -> None:
        for event in events:
            sealed = event.detail.get(SEALS) or {}
            if self._is_older is None and event.kind in _FIRST:
                self._is_older = not sealed
            if event.kind == EventKind.RUN_STARTED and not sealed:
                self._old_runs.add(str(event.run_id))
            self.of.update(sealed)

    def check(self, conn: Connection[Any], schema: str) -> RowsChecked:
        """Reads every row once. In a transaction whose snapshot the events were read in."""
        left, found = dict(self.of), RowsChecked(0, 0, ())
        for name, run_id, digest in _rows(conn, schema):
            sealed = left.pop(name, None)
            if sealed == digest:
                found = found._replace(rows=found.rows + 1)
            elif sealed is None and self._is_before_seals(run_id):
                found = found._replace(older=found.older + 1)
            else:
                wrong = Wrong.EDITED if sealed else Wrong.ADDED
                found = found._replace(wrong=(*found.wrong, WrongRow(row=name, wrong=wrong)))
        missing = tuple(WrongRow(row=name, wrong=Wrong.MISSING) for name in left)
        return found._replace(wrong=found.wrong + missing)

    def _is_before_seals(self, run_id: str | None) -> bool:
        return bool(self._is_older) if run_id is None else run_id in self._old_runs


def _rows(conn: Connection[Any], schema: str) -> Iterator[tuple[str, str | None, str]]:
    """(name, run, digest) of every row of the ledger, as it is now."""
    conn.execute("SET LOCAL TimeZone = 'UTC'")
    for table, (name, run_id) in _NAMES.items():
        asked = f"SELECT {name}, ({run_id})::text, {_DIGEST} FROM ".replace("{row}", "r")
        text = asked + ddl("{schema}.{table} AS r", schema=schema, table=table)
        with conn.cursor() as cursor:
            yield from cursor.stream(text.encode())
