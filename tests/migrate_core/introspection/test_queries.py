"""Views, routines, triggers and rules: a change of any of them is a difference."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.pg import codec
from migrate_core.schema.graph import SchemaGraph

pytestmark = pytest.mark.db
MakeDb = Callable[..., Connection]

BASE = """
CREATE TABLE t (id bigint PRIMARY KEY, a int, b text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION f(x int, y text DEFAULT 'q') RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p(INOUT x int) LANGUAGE plpgsql AS 'BEGIN END';
CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
CREATE VIEW v WITH (security_barrier) AS SELECT id, a FROM t WHERE a > 1;
CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;
CREATE INDEX mi ON m (a);
CREATE TRIGGER tr BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE ru AS ON UPDATE TO v DO INSTEAD NOTHING;
CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER evt ON sql_drop EXECUTE FUNCTION et();
"""
CHANGES = (
    "CREATE OR REPLACE VIEW v AS SELECT id, a FROM t WHERE a > 2",
    "ALTER VIEW v SET (security_barrier = off)",
    "ALTER VIEW v ALTER COLUMN a SET DEFAULT 5",
    "COMMENT ON COLUMN v.a IS 'seen'",
    "ALTER MATERIALIZED VIEW m SET (fillfactor = 50)",
    "ALTER MATERIALIZED VIEW m SET (toast.autovacuum_enabled = off)",
    "ALTER MATERIALIZED VIEW m ALTER COLUMN b SET STORAGE plain",
    "ALTER MATERIALIZED VIEW m ALTER COLUMN b SET COMPRESSION pglz",
    "ALTER MATERIALIZED VIEW m ALTER COLUMN a SET STATISTICS 5",
    "ALTER MATERIALIZED VIEW m ALTER COLUMN a SET (n_distinct = 5)",
    "DROP INDEX mi",
    "COMMENT ON INDEX mi IS 'seen'",
    "ALTER MATERIALIZED VIEW m CLUSTER ON mi",
    "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "ALTER FUNCTION touch() SECURITY DEFINER",
    "ALTER FUNCTION f(int, text) COST 7 IMMUTABLE",
    "ALTER FUNCTION f(int, text) SET work_mem = '4MB'",
    "CREATE OR REPLACE FUNCTION f(x int, y text DEFAULT 'r') RETURNS int LANGUAGE sql"
    " AS 'SELECT 1'",
    "CREATE OR REPLACE AGGREGATE total(int) (sfunc = int4pl, stype = int, parallel = safe)",
    "COMMENT ON AGGREGATE total(int) IS 'seen'",
    "COMMENT ON PROCEDURE p(int) IS 'seen'",
    "ALTER TABLE t DISABLE TRIGGER tr",
    "ALTER TABLE t ENABLE ALWAYS TRIGGER tr",
    "COMMENT ON TRIGGER tr ON t IS 'seen'",
    "CREATE OR REPLACE RULE ru AS ON DELETE TO v DO INSTEAD NOTHING",
    "COMMENT ON RULE ru ON v IS 'seen'",
    "ALTER EVENT TRIGGER evt ENABLE REPLICA",
    "COMMENT ON EVENT TRIGGER evt IS 'seen'",
)


def test_every_change_shows(make_db_on: MakeDb, major: int) -> None:
    db = make_db_on(major, BASE)
    before = read_graph(db)
    for statement in CHANGES:
        with db.transaction(force_rollback=True):
            db.execute(statement.encode())
            assert not read_graph(db).same(before), statement
    assert read_graph(db).same(before)


def test_nothing_of_them_is_left_to_the_kinds_that_are_not_modelled(make_db: MakeDb) -> None:
    assert read_graph(make_db(BASE)).others == ()


def test_they_survive_storage(make_db: MakeDb) -> None:
    graph = read_graph(make_db(BASE))

    assert codec.decode(codec.encode(graph), SchemaGraph) == graph


def test_whether_a_materialized_view_is_filled_is_data(make_db: MakeDb) -> None:
    db = make_db(BASE)
    before = read_graph(db)
    db.execute("REFRESH MATERIALIZED VIEW m WITH NO DATA")

    assert read_graph(db) == before


def test_the_order_of_options_is_no_difference(make_db: MakeDb) -> None:
    ddl = "CREATE TABLE t (a int); CREATE VIEW v WITH ({}) AS SELECT a FROM t"
    one = make_db(ddl.format("security_barrier, check_option = local"))
    other = make_db(ddl.format("check_option = local, security_barrier"))

    assert read_graph(one).same(read_graph(other))
