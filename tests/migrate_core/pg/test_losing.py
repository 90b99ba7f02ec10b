from __future__ import annotations

import pytest

from migrate_core.pg.losing import losses


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DROP TABLE users", ("DROP TABLE",)),
        ("DROP TABLE users CASCADE", ("DROP TABLE CASCADE",)),
        ("drop table if exists a; Truncate b; DELETE FROM c", ("DROP TABLE", "TRUNCATE", "DELETE")),
        ("ALTER TABLE t ADD x int, DROP COLUMN y", ("DROP COLUMN",)),
        ("ALTER TABLE t DROP y", ("DROP COLUMN",)),
        ("ALTER TABLE t DROP IF EXISTS y", ("DROP COLUMN",)),
        ('ALTER TABLE t DROP "constraint"', ("DROP COLUMN",)),
        ("ALTER TYPE size DROP ATTRIBUTE high", ("DROP ATTRIBUTE",)),
        ("DROP SCHEMA s CASCADE", ("DROP SCHEMA CASCADE",)),
        ("DROP TYPE mood CASCADE", ("DROP TYPE CASCADE",)),
        ("DROP EXTENSION hstore", ("DROP EXTENSION",)),
        ("DROP OWNED BY bob", ("DROP OWNED",)),
        ("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", ("DELETE",)),
        ("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", ("DELETE",)),
        ("EXPLAIN ANALYZE DELETE FROM t", ("DELETE",)),
        ("EXPLAIN ANALYSE VERBOSE DELETE FROM t", ("DELETE",)),
        ("EXPLAIN (ANALYZE) DELETE FROM t", ("DELETE",)),
        ("EXPLAIN (COSTS off, ANALYZE, BUFFERS) DELETE FROM t", ("DELETE",)),
        ('EXPLAIN ("analyze" true, FORMAT json) DELETE FROM t', ("DELETE",)),
        ("EXPLAIN (ANALYZE off, ANALYZE) DELETE FROM t", ("DELETE",)),
        ("EXPLAIN DELETE FROM t; DELETE FROM t", ("DELETE",)),
        ("DO $$ BEGIN IF true THEN DROP TABLE t; END IF; END $$", ("DROP TABLE",)),
        ("DO $x$ BEGIN EXECUTE 'DROP TABLE ' || 't'; END $x$", ("EXECUTE of DROP",)),
        ("DO LANGUAGE plpgsql 'BEGIN TRUNCATE t; END'", ("TRUNCATE",)),
        ("DO 'BEGIN ALTER TABLE t DROP a; END'", ("DROP COLUMN",)),
        ("DO $$ BEGIN PERFORM f($1); DELETE FROM t WHERE id = $1; END $$", ("DELETE",)),
        ("/* x */ -- y\n DROP /* z */ TABLE t", ("DROP TABLE",)),
    ],
)
def test_what_takes_rows_away_is_seen(sql: str, found: tuple[str, ...]) -> None:
    assert losses(sql) == found


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'DROP TABLE users; TRUNCATE t'",
        "-- DROP TABLE users\nSELECT 1 /* DELETE FROM t */",
        "DROP INDEX i; DROP VIEW v CASCADE; DROP FUNCTION f(); DROP MATERIALIZED VIEW m CASCADE",
        "DROP SCHEMA s; DROP TYPE mood; DROP TRIGGER a ON t; DROP POLICY p ON t",
        "ALTER TABLE t DROP CONSTRAINT c CASCADE, ALTER a DROP DEFAULT, ALTER b DROP NOT NULL",
        "ALTER TABLE t ALTER a DROP IDENTITY IF EXISTS, ALTER b DROP EXPRESSION",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES b ON DELETE CASCADE",
        "CREATE TRIGGER a AFTER DELETE OR TRUNCATE ON t EXECUTE FUNCTION f()",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM t $$",
        "CREATE FUNCTION g() RETURNS void BEGIN ATOMIC DELETE FROM t; END",
        "GRANT DELETE, TRUNCATE ON t TO bob",
        "EXPLAIN DELETE FROM t; EXPLAIN VERBOSE WITH g AS (DELETE FROM t RETURNING 1) TABLE g",
        "EXPLAIN (COSTS off, ANALYZE false) DELETE FROM t; EXPLAIN (ANALYZE 'off') DELETE FROM t",
        "UPDATE t SET a = 1; INSERT INTO t VALUES ('delete')",
        'ALTER TABLE t RENAME "drop" TO x',
        "DO $$ BEGIN ALTER TABLE t DROP CONSTRAINT c; END $$",
    ],
)
def test_what_takes_none_away_is_left_alone(sql: str) -> None:
    assert losses(sql) == ()
