"""SQL that is run as it stands, seen at work on a throw-away shadow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import msgspec
import psycopg
from msgspec import Struct

from migrate_core.api import rehearsal
from migrate_core.declared.scratch import ShadowServer
from migrate_core.introspection.sizes import read_sizes
from migrate_core.introspection.surroundings import read_activities
from migrate_core.pg import connect
from migrate_core.pg.connect import Endpoint
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.risk.facts import TableSize
from migrate_core.risk.surroundings import Activity, Surroundings
from migrate_core.schema.graph import SchemaGraph
from migrate_core.verify import asked
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import VerifyReport
from tests.labelled.labels import Size

Connection = psycopg.Connection[Any]
Activities = Mapping[str, Callable[[Activity], Activity]]  # what is said, over what is measured
Sizes = Mapping[QualifiedName, Size | None]
ROWS = Rehearsing(rows=5000)  # of each table: all that a case loads


class Live(Struct, frozen=True):
    """A database that stands for the target of one case."""

    endpoint: Endpoint

    def session(self) -> Connection:
        return connect.plan_session(self.endpoint, "labelled")


class Shadow:
    """Throw-away databases, for the target and for its shadow, beside the one of `conn`."""

    def __init__(self, conn: Connection) -> None:
        info = conn.info
        self.conn = conn
        self.endpoint = Endpoint(
            dbname=info.dbname,
            host=info.host,
            port=info.port,
            user=info.user,
            password=info.password,
        )

    @contextmanager
    def live(self, *loaded: bytes) -> Iterator[Live]:
        name = f"labelled_{uuid4().hex[:12]}"
        self.conn.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        try:
            endpoint = msgspec.structs.replace(self.endpoint, dbname=name)
            with psycopg.connect(
                dbname=name,
                host=endpoint.host,
                port=endpoint.port,
                user=endpoint.user,
                password=endpoint.password,
                autocommit=True,
            ) as conn:
                for text in filter(None, loaded):
                    conn.execute(text)
            yield Live(endpoint)
        finally:
            self.conn.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def verify(
        self, live: Live, plan: Plan, found: SchemaGraph, sizes: Sizes, activity: Activities
    ) -> VerifyReport:
        """What it did is weighed by the sizes and the use that the case gives, where it does."""

        def declared(conn: Connection, tables: Iterable[QualifiedName]) -> dict[Any, TableSize]:
            measured = read_sizes(conn, tables)
            for table in measured.keys() & sizes.keys():
                size = sizes[table]
                measured.pop(table)
                if size:
                    measured[table] = TableSize(table=table, rows=size.rows, bytes=size.bytes)
            return measured

        def used(
            conn: Connection, tables: Iterable[QualifiedName], around: Surroundings | None
        ) -> dict[Any, Activity]:
            found = read_activities(conn, tables, around)
            given = {name: said for name in found if (said := activity.get(str(name)))}
            return {**found, **{name: said(found[name]) for name, said in given.items()}}

        with (
            patch.object(asked, "read_sizes", declared),
            patch.object(asked, "read_activities", used),
        ):
            return rehearsal.verify(
                live.endpoint,
                plan,
                wanted=found,
                declared=None,
                shadow=ShadowServer(self.endpoint),
                options=ROWS,
            )


def problems(report: VerifyReport) -> str:
    if report.ok:
        return ""
    return "; ".join(note for stage in report.stages if not stage.ok for note in stage.notes)
