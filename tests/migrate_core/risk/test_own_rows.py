"""Of a table that others inherit from: some rules are for its own rows, others for theirs too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from migrate_core.diff.diff import diff
from migrate_core.introspection.graph import read_graph
from migrate_core.introspection.probes import ask

pytestmark = pytest.mark.db

Connection = psycopg.Connection[Any]
LIVE = """
CREATE TABLE public.assets (id int PRIMARY KEY, place int NOT NULL, name text);
CREATE TABLE public.lines (length int, PRIMARY KEY (id)) INHERITS (public.assets);
CREATE TABLE public.places (id int PRIMARY KEY);
CREATE TABLE public.outages (id int PRIMARY KEY, asset int);
CREATE TABLE public.split (id int PRIMARY KEY, a int) PARTITION BY RANGE (id);
CREATE TABLE public.split_1 PARTITION OF public.split FOR VALUES FROM (1) TO (9);
"""
ROWS = """
INSERT INTO public.assets VALUES (1, 1, 'a');
INSERT INTO public.lines VALUES (2, 2, 'b', 7), (3, 1, 'a', 7);
INSERT INTO public.places VALUES (1);
INSERT INTO public.outages VALUES (1, 2);
INSERT INTO public.split VALUES (1, 1), (2, 1);
"""
CHANGES = {
    "a rule for all": "ALTER TABLE assets ADD CHECK (name = 'a')",
    "a rule for its own": "ALTER TABLE assets ADD CHECK (name = 'a') NO INHERIT",
    "it points at places": "ALTER TABLE assets ADD FOREIGN KEY (place) REFERENCES places",
    "others point at it": "ALTER TABLE outages ADD FOREIGN KEY (asset) REFERENCES assets",
    "a unique name": "ALTER TABLE assets ADD UNIQUE (name)",
    "a unique index": "CREATE UNIQUE INDEX ON assets (lower(name))",
    "no name is missing": "ALTER TABLE assets ALTER name SET NOT NULL",
    "a rule of partitions": "ALTER TABLE split ADD CHECK (a > 1)",
    "a key of partitions": "ALTER TABLE outages ADD FOREIGN KEY (id) REFERENCES split",
}


@pytest.mark.parametrize("what", CHANGES)
def test_rows_are_found_that_postgresql_refuses_and_no_others(
    what: str, make_db: Callable[..., Connection]
) -> None:
    db, wanted = make_db(LIVE), read_graph(make_db(LIVE + CHANGES[what]))
    db.execute(ROWS)
    before = read_graph(db)
    probes = [probe for one in diff(before, wanted) for probe in one.probes(before)]

    found = sum(answer.count or 0 for answer in ask(db, [p for p in probes if p.is_of_rows]))

    assert bool(found) is refuses(db, CHANGES[what])


def refuses(db: Connection, statement: str) -> bool:
    try:
        db.execute(statement.encode())
    except psycopg.errors.IntegrityError:
        return True
    return False
