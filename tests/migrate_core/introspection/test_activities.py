"""How much a relation is used, as the server's counters have it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.introspection.surroundings import read_activities
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.surroundings import Activity
from tests import runs

pytestmark = pytest.mark.db
WRITES = 4  # of rows of readings
TABLES = """
CREATE TABLE public.readings (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at))
  PARTITION BY RANGE (at);
CREATE TABLE public.y2025 PARTITION OF public.readings
  FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (at);
CREATE TABLE public.y2025_rest PARTITION OF public.y2025 DEFAULT;
CREATE TABLE public.y2026 PARTITION OF public.readings
  FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE public.assets (id int);
CREATE TABLE public.cables () INHERITS (public.assets);
CREATE TABLE public.quiet (id int) PARTITION BY LIST (id);
CREATE TABLE public.quiet_1 PARTITION OF public.quiet FOR VALUES IN (1);
"""
USE = """
INSERT INTO public.readings VALUES (1, '2025-05-05'), (2, '2026-05-05'), (3, '2026-06-06');
UPDATE public.readings SET id = 4 WHERE id = 3;
INSERT INTO public.cables VALUES (1), (2);
"""


def used(db: Connection[Any], *names: str) -> list[Activity]:
    """Once the counters have heard of it: a session hands over what it counted as it ends."""
    with closing(runs.another(db)) as other:
        for statement in USE.strip().splitlines():
            other.execute(statement.encode())
        other.execute("SET enable_seqscan = off")
        other.execute("SELECT FROM public.readings WHERE id = 1 AND at = '2026-05-05'")
        other.execute("SELECT count(*) FROM public.cables")
    wanted = [QualifiedName("public", name) for name in names]
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = read_activities(db, wanted)
        if found[wanted[0]].writes == WRITES:
            break
        time.sleep(0.05)
    return [found[name] for name in wanted]


@pytest.mark.pg
def test_what_is_done_to_partitions_is_done_to_the_partitioned_table(
    make_db_on: Callable[..., Connection[Any]], major: int
) -> None:
    """It has no counters of its own: it would be one that nobody reads or writes."""
    db = make_db_on(major, TABLES)

    table, half, quiet, assets, cables = used(db, "readings", "y2025", "quiet", "assets", "cables")

    assert (table.writes, half.writes, quiet.writes) == (WRITES, 1, 0)
    assert (table.reads or 0) > (half.reads or 0)
    assert quiet.reads == 0
    assert (assets.writes, cables.writes) == (2, 2)
    assert (assets.reads or 0) >= (cables.reads or 0) > 0


@pytest.mark.pg
def test_what_is_published_below_is_published(
    make_db_on: Callable[..., Connection[Any]], major: int
) -> None:
    """PostgreSQL lists the partitions alone, unless it is told to publish by way of the root."""
    db = make_db_on(major, TABLES)
    db.execute("CREATE PUBLICATION whole FOR TABLE public.readings")
    db.execute("CREATE PUBLICATION one FOR TABLE public.y2026")
    names = [QualifiedName("public", name) for name in ("readings", "y2025", "y2026", "quiet")]

    found = read_activities(db, names)

    assert [found[name].publications for name in names] == [
        ("one", "whole"), ("whole",), ("one", "whole"), (),
    ]  # fmt: skip
