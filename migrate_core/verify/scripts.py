"""What a step of raw SQL does beyond locks: rows, the schema, sequences, settings.

The schema is read by a second session before the step and after its commit, so that nothing
of the looking is part of the step. Rows are counted by the server for the step's own
transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

import psycopg
from msgspec import Struct
from msgspec.structs import replace

from migrate_core.errors import MigrateError
from migrate_core.introspection.graph import read_graph
from migrate_core.pg.ddl import Statement
from migrate_core.pg.queries import query
from migrate_core.schema.graph import SchemaGraph
from migrate_core.verify.bounded import Bounds, bounds
from migrate_core.verify.numbered import Numbered, read_numbered
from migrate_core.verify.overwritten import Compared, Were, compared, rows_of
from migrate_core.verify.positions import Positions, read_positions
from migrate_core.verify.routines import mentioned, names
from migrate_core.verify.rowlocks import RowLocks, row_locks
from migrate_core.verify.undeclared import Doings

Connection = psycopg.Connection[Any]
Pairs = Mapping[Any, Any]


class State(Struct, frozen=True, kw_only=True):
    """What others see between two steps."""

    graph: SchemaGraph
    columns: Pairs  # (table's number, column's number) -> name
    positions: Positions
    sizes: Pairs  # table's number -> bytes
    constraints: Pairs  # number -> schema, table and name


class Script(Struct, frozen=True, kw_only=True):
    """One raw SQL step as it was seen."""

    step: int
    sql: str
    major: int
    doings: Doings
    before: State
    after: State
    settings: Pairs  # that it left for the session
    alone: bool  # outside a transaction: its locks were sampled
    blind: str  # why scans were not seen
    seconds: float = 0.0  # that it took
    compared: Mapping[int, Compared] = {}  # tables that it updated, by number
    bounds: Bounds = {}  # rows that it writes over at most, whatever the target holds
    row_locks: tuple[RowLocks, ...] = ()
    numbered: tuple[Numbered, ...] = ()  # of tables whose rows it wrote


class Scripts:
    """Told by the LockObserver; `found` fills as steps end."""

    def __init__(self, connect: Callable[[], Connection], schemas: Sequence[str] | None) -> None:
        self._connect, self._schemas = connect, schemas
        self._before: State | None = None
        self._settings: Pairs = {}
        self._open: Script | None = None  # seen at work, and not yet what it left
        self._bounds: Bounds = {}
        self._texts: Sequence[str] = ()  # its own, and of routines that it names
        self._were: Were = {}  # rows of the tables that are named there
        self.found: list[Script] = []

    def begins(self, conn: Connection, statement: Statement) -> None:
        self._before = self._state()
        self._settings, graph = _pairs(conn, "settings"), self._before.graph
        routines = mentioned(statement.sql, graph)
        self._texts = (statement.sql, *(routine.definition for routine in routines))
        with closing(self._connect()) as watching:
            watching.execute("SET lock_timeout = '1s'")
            named = {name for text in self._texts for name in names(text)}
            self._were = rows_of(watching, named)
            self._bounds = bounds(watching, statement.sql)

    def over(
        self,
        conn: Connection,
        step: int,
        statement: Statement,
        doings: Doings,
        *,
        blind: str,
        seconds: float,
    ) -> None:
        """`seconds`: that it took."""
        before, self._before = self._before, None
        if before is None:
            return
        left = _pairs(conn, "settings").items() - self._settings.items()
        alone = conn.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
        self._open = Script(
            step=step,
            sql=statement.sql,
            major=conn.info.server_version // 10_000,
            doings=doings,
            before=before,
            after=before,
            settings=dict(left),
            alone=alone,
            blind=blind,
            seconds=seconds,
            compared=compared(conn, self._were, doings),
            bounds=self._bounds,
            row_locks=row_locks(conn, self._texts, doings, alone=alone),
        )
        self._were = {}

    def settle(self) -> None:
        """Once its transaction is over: what it left."""
        script, self._open = self._open, None
        if script is None:
            return
        try:
            numbered = self._numbered(script.doings)
            self.found.append(replace(script, after=self._state(), numbered=numbered))
        except (psycopg.Error, MigrateError) as error:
            self.found.append(replace(script, blind=f"what it left was not read: {error}"))

    def _numbered(self, doings: Doings) -> tuple[Numbered, ...]:
        wrote = {
            oid
            for oid, one in doings.before.items()
            if oid in doings.after and doings.after[oid].written != one.written
        }
        with closing(self._connect()) as conn:
            conn.execute("SET lock_timeout = '5s'")
            return read_numbered(conn, wrote)

    def _state(self) -> State:
        with closing(self._connect()) as conn:
            conn.execute("SET lock_timeout = '5s'")
            columns = conn.execute(query(__package__, "columns"), prepare=False).fetchall()
            return State(
                graph=read_graph(conn, self._schemas),
                columns={(table, number): name for table, number, name in columns},
                positions=read_positions(conn),
                sizes=_pairs(conn, "storage"),
                constraints=_pairs(conn, "constraints"),
            )


def _pairs(conn: Connection, name: str) -> Pairs:
    return dict(conn.execute(query(__package__, name), prepare=False).fetchall())
