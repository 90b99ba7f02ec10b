"""Whose an object is and who may use it: told of the very object that was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.schema.rights import stands

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db


@pytest.mark.parametrize(
    "types", ["text", "integer", "date, text[]", "jsonb, character varying", '"char", name', ""]
)
def test_rights_on_a_routine_are_on_one_that_was_read(types: str, make_db: MakeDb) -> None:
    db = make_db(f"""
    CREATE FUNCTION f({types}) RETURNS integer LANGUAGE sql AS 'SELECT 1';
    REVOKE EXECUTE ON FUNCTION f({types}) FROM PUBLIC;
    ALTER FUNCTION f({types}) OWNER TO pg_monitor;
    """)

    graph = read_graph(db)

    assert [*graph.owner_of] == [*graph.privileges_of]
    assert all(stands(graph, ref) for ref in graph.owner_of)
