from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import Any, Protocol

import psycopg
import pytest

from migrate_core.declared.schema import read_declared
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import Source, TextSource
from migrate_core.diff.diff import diff
from migrate_core.introspection.graph import read_graph
from migrate_core.introspection.sizes import read_sizes
from migrate_core.operations.base import Operation
from migrate_core.operations.registry import make
from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.risk.facts import TableSize
from migrate_core.schema.delta import Answers
from migrate_core.schema.graph import SchemaGraph
from migrate_core.verify import asked
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import VerifyReport
from migrate_core.verify.verify import verify
from tests.migrate_core.verify.seen import Seen


@pytest.fixture
def shadow(shadow_url: str) -> ShadowServer:
    """The session's shadow server, as its provisioner: no superuser."""
    return ShadowServer(Endpoint.from_url(shadow_url))


class Story:
    """A live database, a declared schema, and the plan that leads from one to the other."""

    def __init__(self, conn: psycopg.Connection[Any], shadow: ShadowServer, declared: str) -> None:
        self.conn, self.shadow = conn, shadow
        self.endpoint = endpoint_of(conn)
        self.source: Source = TextSource((("schema.sql", declared),))

    @cached_property
    def wanted(self) -> SchemaGraph:
        return read_declared(self.source, self.shadow, major=self.shadow.version).graph

    @property
    def found(self) -> SchemaGraph:
        return read_graph(self.conn)

    def plan(
        self,
        *operations: Operation,
        base: SchemaGraph | None = None,
        wanted: SchemaGraph | None = None,
        answers: Answers | None = None,
        name: str = "20260101_000000_story",
    ) -> Plan:
        """Of these operations, or of whatever differs."""
        start = base or self.found
        chosen = operations or diff(start, wanted or self.wanted, answers)
        return build(
            chosen,
            start,
            migration_id=name,
            checksum=codec.digest(chosen),
            major=self.shadow.version,
            ask=no_facts,
        )

    def verify(self, plan: Plan, **changed: Any) -> VerifyReport:
        given: dict[str, Any] = {
            "live": lambda: plan_session(self.endpoint, "zanith/test"),
            "live_endpoint": self.endpoint,
            "declared": self.source,
            "shadow": self.shadow,
            "schemas": None,
            **changed,
        }
        if "wanted" not in given:
            given["wanted"] = self.wanted
        return verify(plan, **given)


class MakeStory(Protocol):
    def __call__(self, live: str, declared: str) -> Story: ...


@pytest.fixture
def make_story(make_db: Callable[..., psycopg.Connection[Any]], shadow: ShadowServer) -> MakeStory:
    def make(live: str, declared: str) -> Story:
        return Story(make_db(live), shadow, declared)

    return make


class Watch(Protocol):
    def __call__(
        self,
        live: str,
        sql: str,
        *,
        sizes: Mapping[str, tuple[int, int]] | None = None,
        rows: int = 100,
        transaction: bool = True,
    ) -> Seen: ...


@pytest.fixture
def watch(make_story: MakeStory, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Raw SQL at work on a sample of `live`, whose tables have so many rows and bytes."""

    def see(
        live: str,
        sql: str,
        *,
        sizes: Mapping[str, tuple[int, int]] | None = None,
        rows: int = 100,
        transaction: bool = True,
    ) -> Seen:
        monkeypatch.setattr(asked, "read_sizes", partial(_sized, sizes or {}))
        story = make_story(live, live)
        plan = story.plan(make("rawSql", sql=sql, down="SELECT 1", transaction=transaction))
        options = Rehearsing(rows=rows)
        report = story.verify(plan, options=options, declared=None, wanted=story.found)
        assert report.ok, report
        return Seen(plan, report)

    return see


def _sized(
    sizes: Mapping[str, tuple[int, int]],
    conn: psycopg.Connection[Any],
    tables: Iterable[QualifiedName],
) -> dict[QualifiedName, TableSize]:
    found = dict(read_sizes(conn, tables))
    for table in found:
        if said := sizes.get(str(table)):
            found[table] = TableSize(table=table, rows=said[0], bytes=said[1])
    return found


def endpoint_of(conn: psycopg.Connection[Any]) -> Endpoint:
    info = conn.info
    return Endpoint(
        dbname=info.dbname, host=info.host, port=info.port, user=info.user, password=info.password
    )
