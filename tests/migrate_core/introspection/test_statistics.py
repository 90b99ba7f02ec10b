"""Statistics of columns help where they can be had, and stop nobody where they cannot."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from migrate_core.introspection.statistics import read_column_statistics
from migrate_core.schema.refs import ObjectKind, Ref

pytestmark = pytest.mark.db
COLUMN = Ref(ObjectKind.COLUMN, "public", "t", "a")


def test_they_are_none_while_they_cannot_be_read_in_time(
    make_db: Callable[..., psycopg.Connection],
) -> None:
    db = make_db("CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 9); ANALYZE t")
    other = psycopg.connect(db.info.dsn, password=db.info.password)
    with other:
        other.execute("LOCK TABLE pg_catalog.pg_statistic IN ACCESS EXCLUSIVE MODE")
        locked = read_column_statistics(db, [COLUMN], timeout_ms=200)

    (seen,) = read_column_statistics(db, [COLUMN]).values()
    assert locked == {}
    assert (seen.nulls, seen.distinct, seen.repeats) == (0, -1, False)
