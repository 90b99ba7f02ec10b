from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.pg.codec import encode

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

# DDL on top of BASE -> what it adds: kind, name, and a text that its definition holds.
CASES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "CREATE TYPE shell": (("base type", "public.shell", ""),),
    "CREATE SERVER other FOREIGN DATA WRAPPER fw OPTIONS (host 'h', password 'canary-3')": (
        ("server", "other", "host h, password sha256"),
    ),
    "CREATE TABLE typed OF pair": (("typed table", "public.typed", "OF public.pair"),),
    "CREATE CONVERSION cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8": (
        ("conversion", "public.cv", "iso8859_1_to_utf8"),
    ),
    "CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)": (
        ("operator", "public.===(integer,integer)", "int4eq(integer,integer)"),
    ),
    "CREATE OPERATOR CLASS oc FOR TYPE pair USING btree AS OPERATOR 1 < (record, record),"
    " FUNCTION 1 btrecordcmp(record, record)": (
        ("operator class", "public.oc USING btree", "public.pair"),
        ("operator family", "public.oc USING btree", "FUNCTION 1"),
    ),
    "CREATE CAST (pair AS text) WITH INOUT": (("cast", "(public.pair AS pg_catalog.text)", "e i"),),
    "CREATE TEXT SEARCH CONFIGURATION tc (PARSER = pg_catalog.default)": (
        ("text search configuration", "public.tc", 'PARSER pg_catalog."default"'),
    ),
    "CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple, stopwords = english)": (
        ("text search dictionary", "public.td", "stopwords = 'english'"),
    ),
    "CREATE STATISTICS st (dependencies) ON a, b FROM t": (
        ("statistics object", "public.st", "ON a, b FROM public.t"),
    ),
    "CREATE LANGUAGE mine HANDLER plpgsql_call_handler": (
        ("language", "mine", "plpgsql_call_handler()"),
    ),
    "CREATE ACCESS METHOD slow TYPE TABLE HANDLER heap_tableam_handler;"
    " CREATE TABLE x (a int) USING slow": (
        ("access method", "public.x", "slow"),
        ("access method", "slow", "heap_tableam_handler"),
    ),
    "ALTER TABLE t SET (fillfactor = 70, toast.autovacuum_enabled = off)": (
        ("storage parameters", "public.t", "fillfactor=70"),
        ("TOAST storage parameters", "public.t", "autovacuum_enabled=off"),
    ),
    "ALTER TABLE t SET UNLOGGED": (("persistence", "public.t", "UNLOGGED"),),
    "ALTER TABLE t REPLICA IDENTITY FULL": (("replica identity", "public.t", "FULL"),),
    "ALTER TABLE t CLUSTER ON t_pkey": (("clustering", "public.t", "ON t_pkey"),),
    "ALTER TABLE t ALTER b SET STORAGE external": (("column storage", "public.t.b", "EXTERNAL"),),
    "ALTER TABLE t ALTER b SET COMPRESSION pglz": (("column compression", "public.t.b", "pglz"),),
    "ALTER TABLE t ALTER a SET STATISTICS 77": (("statistics target", "public.t.a", "77"),),
    "ALTER TABLE t ALTER a SET (n_distinct = 5)": (
        ("column options", "public.t.a", "n_distinct=5"),
    ),
    "CREATE INDEX ei ON t ((a + 1)); ALTER INDEX ei ALTER COLUMN 1 SET STATISTICS 9": (
        ("statistics target", 'public.ei."1"', "9"),
    ),
    "CREATE TABLE r (id bigint REFERENCES t); ALTER TABLE r DISABLE TRIGGER ALL": (
        ("foreign key triggers", "r_id_fkey on public.r", "D"),
    ),
    "COMMENT ON SERVER sv IS 'seen'": (("comment", "server sv", "seen"),),
}
SINCE_15 = {
    "CREATE PUBLICATION one FOR TABLE t (id, a)": (
        ("publication", "one", "TABLE public.t (id, a)"),
    ),
    "CREATE PUBLICATION part FOR TABLE t WHERE (id > 3)": (
        ("publication", "part", "WHERE (id > 3)"),
    ),
    "CREATE PUBLICATION whole FOR TABLES IN SCHEMA public": (
        ("publication", "whole", "SCHEMA public"),
    ),
}


def added_by(
    db: Connection, statements: str
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """Others before and after, by kind and name; the change itself is rolled back."""
    before = {(o.kind, o.name): o.definition for o in read_graph(db).others}
    with db.transaction(force_rollback=True):
        db.execute(statements.encode())
        after = {(o.kind, o.name): o.definition for o in read_graph(db).others}
    return before, after


def test_nothing_that_is_not_modelled_is_silent(make_db_on: MakeDbOn, major: int) -> None:
    db = make_db_on(major, BASE)

    for statements, expected in CASES.items():
        before, after = added_by(db, statements)

        assert after.keys() - before.keys() == {(kind, name) for kind, name, _ in expected}
        for kind, name, text in expected:
            assert text in after[kind, name], statements
    assert before.keys() == {
        ("foreign-data wrapper", "fw"),
        ("server", "sv"),
    }


CHANGES = (
    "ALTER SERVER sv OPTIONS (SET password 'canary-4')",
    "ALTER SERVER sv OPTIONS (SET host 'elsewhere')",
)


@pytest.mark.parametrize("statement", CHANGES)
def test_a_change_of_what_is_not_modelled_shows(
    make_db: Callable[..., Connection], statement: str
) -> None:
    before, after = added_by(make_db(BASE), statement)

    assert before.keys() == after.keys()
    assert before != after


def test_passwords_in_foreign_options_are_not_read(make_db: Callable[..., Connection]) -> None:
    db = make_db(BASE)
    db.execute("CREATE FOREIGN TABLE ft (a int OPTIONS (x 'canary-5')) SERVER sv")
    db.execute("CREATE USER MAPPING FOR PUBLIC SERVER sv OPTIONS (password 'canary-6')")

    assert b"canary" not in encode(read_graph(db))
