from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.pg.codec import encode
from migrate_core.schema.fingerprint import changed_objects

pytestmark = pytest.mark.db
MakeDbOn = Callable[..., Connection]

BASE = """
CREATE TABLE t (id bigint PRIMARY KEY, a int, b text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TYPE pair AS (a int, b text COLLATE "C");
CREATE VIEW v WITH (security_barrier) AS SELECT id, a FROM t WHERE a > 1;
CREATE FOREIGN DATA WRAPPER fw;
CREATE SERVER sv FOREIGN DATA WRAPPER fw OPTIONS (host 'h', password 'canary-1');
"""

# DDL on top of BASE, each of which makes another schema of it.
CASES = (
    "CREATE VIEW w AS SELECT a FROM t",
    "CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX mi ON m (a)",
    "CREATE FUNCTION f(x int, y text DEFAULT 'q') RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 1'",
    "CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '0')",
    "CREATE TRIGGER tr BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION touch()",
    "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch(); ALTER"
    " TABLE t DISABLE TRIGGER tr",
    "CREATE RULE ru AS ON UPDATE TO v DO INSTEAD NOTHING",
    "CREATE DOMAIN small AS int DEFAULT 1 NOT NULL CHECK (VALUE > 0)",
    'CREATE TYPE other AS (a int, b text COLLATE "C")',
    "CREATE TYPE fr AS RANGE (subtype = float8, subtype_diff = float8mi)",
    "CREATE TYPE shell",
    "CREATE FOREIGN TABLE ft (a int) SERVER sv OPTIONS (table_name 'q', secret 'canary-2')",
    "CREATE SERVER other FOREIGN DATA WRAPPER fw OPTIONS (host 'h', password 'canary-3')",
    "CREATE TABLE p (k text, n int) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF"
    " p FOR VALUES IN ('a'); CREATE INDEX pi ON p (n)",
    "CREATE TABLE child (z int) INHERITS (t)",
    "CREATE TABLE typed OF pair",
    "CREATE COLLATION co (provider = libc, locale = 'C')",
    "CREATE CONVERSION cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
    "CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)",
    "CREATE OPERATOR CLASS oc FOR TYPE pair USING btree AS OPERATOR 1 < (record,"
    " record), FUNCTION 1 btrecordcmp(record, record)",
    "CREATE CAST (pair AS text) WITH INOUT",
    "CREATE TEXT SEARCH CONFIGURATION tc (PARSER = pg_catalog.default)",
    "CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple, stopwords = english)",
    "CREATE STATISTICS st (dependencies) ON a, b FROM t",
    "CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE"
    " EVENT TRIGGER evt ON ddl_command_end EXECUTE FUNCTION et()",
    "CREATE LANGUAGE mine HANDLER plpgsql_call_handler",
    "CREATE ACCESS METHOD slow TYPE TABLE HANDLER heap_tableam_handler; CREATE TABLE x"
    " (a int) USING slow",
    "ALTER TABLE t SET (fillfactor = 70, toast.autovacuum_enabled = off)",
    "ALTER TABLE t SET UNLOGGED",
    "ALTER TABLE t REPLICA IDENTITY FULL",
    "ALTER TABLE t CLUSTER ON t_pkey",
    "ALTER TABLE t ALTER b SET STORAGE external",
    "ALTER TABLE t ALTER b SET COMPRESSION pglz",
    "ALTER TABLE t ALTER a SET STATISTICS 77",
    "ALTER TABLE t ALTER a SET (n_distinct = 5)",
    "CREATE INDEX ei ON t ((a + 1)); ALTER INDEX ei ALTER COLUMN 1 SET STATISTICS 9",
    "CREATE TABLE r (id bigint REFERENCES t); ALTER TABLE r DISABLE TRIGGER ALL",
    "COMMENT ON VIEW v IS 'seen'",
    "COMMENT ON FUNCTION touch() IS 'touched'",
)
SINCE_15 = (
    "CREATE PUBLICATION one FOR TABLE t (id, a)",
    "CREATE PUBLICATION part FOR TABLE t WHERE (id > 3)",
    "CREATE PUBLICATION whole FOR TABLES IN SCHEMA public",
)
SINCE_18 = (
    "ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NOT VALID",
    "ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NO INHERIT",
)


def seen(db: Connection, statements: str) -> tuple[str, ...]:
    """What the graph finds changed; the change itself is rolled back."""
    before = read_graph(db)
    with db.transaction(force_rollback=True):
        db.execute(statements.encode())
        return changed_objects(before, read_graph(db))


def test_no_change_of_a_schema_is_silent(make_db_on: MakeDbOn, major: int) -> None:
    db = make_db_on(major, BASE)
    more = (SINCE_15 if major >= 15 else ()) + (SINCE_18 if major >= 18 else ())

    silent = [statements for statements in (*CASES, *more) if not seen(db, statements)]

    assert silent == []


CHANGES = (
    "CREATE OR REPLACE VIEW v AS SELECT id, a FROM t WHERE a > 2",
    "ALTER VIEW v SET (security_barrier = off)",
    "ALTER VIEW v ALTER COLUMN a SET DEFAULT 5",
    "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "ALTER FUNCTION touch() SECURITY DEFINER",
    "ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint",
    "ALTER SERVER sv OPTIONS (SET password 'canary-4')",
    "ALTER SERVER sv OPTIONS (SET host 'elsewhere')",
)


@pytest.mark.parametrize("statement", CHANGES)
def test_a_change_of_what_was_there_shows(
    make_db: Callable[..., Connection], statement: str
) -> None:
    assert seen(make_db(BASE), statement)


def test_passwords_in_foreign_options_are_not_read(make_db: Callable[..., Connection]) -> None:
    db = make_db(BASE)
    db.execute("CREATE FOREIGN TABLE ft (a int OPTIONS (x 'canary-5')) SERVER sv")
    db.execute("CREATE USER MAPPING FOR PUBLIC SERVER sv OPTIONS (password 'canary-6')")

    assert b"canary" not in encode(read_graph(db))
