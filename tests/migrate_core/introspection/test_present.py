"""What a database has nothing of is not asked for, and nothing is missed by that."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.introspection import graph
from migrate_core.introspection.snapshot import Document, Scope, read_documents
from tests.migrate_core.operations.cases import CASES, since

MakeDbOn = Callable[..., Connection[Any]]
FEW = 12


class Asked:
    """read_documents() that notes what it was asked for, and may leave nothing out."""

    def __init__(self, *, whole: bool) -> None:
        self.names: list[str] = []
        self.whole = whole

    def __call__(
        self, conn: Connection[Any], documents: Iterable[Document], scope: Scope
    ) -> dict[str, Any]:
        wanted = list(documents)
        absent = frozenset() if self.whole else scope.get("absent", frozenset())
        self.names += [document.name for document in wanted if document.name not in absent]
        return read_documents(conn, wanted, {**scope, "absent": absent})


def test_what_is_left_out_would_have_been_empty(
    make_db_on: MakeDbOn,
    major: int,
    seed: int,
    full: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For every scenario's schema: one of each kind of object that there is."""
    known = [case for case in CASES if since(case) <= major]
    for case in known if full else random.Random(seed).sample(known, FEW):
        db = make_db_on(major, (case / "before.sql").read_text())
        for schemas in (None, ["public"]):
            monkeypatch.setattr(graph, "read_documents", Asked(whole=False))
            found = graph.read_graph(db, schemas)
            monkeypatch.setattr(graph, "read_documents", Asked(whole=True))
            assert found == graph.read_graph(db, schemas), case
        db.close()


def test_a_plain_table_is_read_with_half_of_the_questions(
    make_db_on: MakeDbOn, major: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = make_db_on(major, "CREATE TABLE people (id integer PRIMARY KEY, name text)")
    few, many = Asked(whole=False), Asked(whole=True)

    for asked in (few, many):
        monkeypatch.setattr(graph, "read_documents", asked)
        graph.read_graph(db)

    assert len(few.names) <= len(many.names) / 2
    assert set(few.names) < set(many.names)
