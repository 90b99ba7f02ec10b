from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from migrate_core.declared.schema import DeclaredSchema, read_declared
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import (
    DatabaseSource,
    FileSource,
    FolderSource,
    SnapshotSource,
    Source,
    TextSource,
)
from migrate_core.errors import DeclaredError, ShadowError
from migrate_core.pg.connect import Endpoint
from migrate_core.schema.graph import SchemaGraph

pytestmark = pytest.mark.db

FUZZED = 200
SQL = """
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('ok', 'so, so', 'it''s');
CREATE TABLE app.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "E-Mail" text NOT NULL,
    mood app.mood DEFAULT 'ok', at timestamptz DEFAULT now(), CHECK (length("E-Mail") > 3));
CREATE FUNCTION app.f(a int) RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN a; END $body$;
CREATE FUNCTION app.g(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END; END;
/* a comment /* inside another */ */ CREATE INDEX ON app.users (lower("E-Mail")) WHERE mood <> 'ok';
CREATE VIEW app.v AS SELECT id, E'tab\\t' AS x FROM app.users; -- the end
BEGIN; COMMENT ON TABLE app.users IS U&'caf\\00e9'; COMMIT;
"""
SNIPPETS = (
    *("'", '"', "$$", "$body$", "(", ")", ";", "/*", "*/", "--", "\\", "\\i x\n", "\0", "\r"),
    *("BEGIN;", "COMMIT;", "ROLLBACK;", "BEGIN ATOMIC", "END", "CASE", "E'\\'", "%s", "{}", ":x"),
    *("COPY t FROM stdin;\n1\n\\.\n", "DROP TABLE app.users;", "SET ROLE postgres;", "é😀"),
    *("SET client_encoding = 'LATIN1';", "SET standard_conforming_strings = off;", "\ufeff"),
    *("SELECT 1/0;", "SAVEPOINT a; ROLLBACK TO a;", "DEALLOCATE ALL;", "LISTEN x; NOTIFY x;"),
    *("DISCARD ALL;", "SELECT pg_terminate_backend(pg_backend_pid());"),
)


def mutate(data: bytes, rng: random.Random) -> bytes:
    """One to four changes anywhere: cut, doubled, overwritten, or something put in."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        end = min(len(changed), at + rng.randint(1, 40))
        match rng.randrange(5):
            case 0:
                del changed[at:end]
            case 1:
                changed[at:at] = changed[at:end]
            case 2:
                changed[at:end] = rng.randbytes(end - at)
            case 3:
                changed[at:at] = rng.choice(SNIPPETS).encode()
            case _:
                changed[at : at + 1] = bytes([rng.randrange(256)])
    return bytes(changed)


def test_any_mutation_of_a_file_loads_or_is_a_declared_error(
    shadow: ShadowServer, tmp_path: Path, seed: int, full: bool
) -> None:
    rng = random.Random(seed)
    file = tmp_path / "schema.sql"
    outcomes = {"loaded": 0, "refused": 0}
    for _ in range(FUZZED * (10 if full else 1)):
        data = mutate(SQL.encode(), rng)
        file.write_bytes(data)
        try:
            read_declared(FileSource(str(file)), shadow, major=shadow.version)
            outcomes["loaded"] += 1
        except DeclaredError:
            outcomes["refused"] += 1

    assert min(outcomes.values()) > 0, outcomes


def test_the_file_that_is_mutated_loads(declare: Callable[..., DeclaredSchema]) -> None:
    assert [str(t.name) for t in declare(SQL).graph.tables] == ["app.users"]


def test_every_source_gives_the_same_schema(
    shadow: ShadowServer, make_db: Callable[..., psycopg.Connection[Any]], tmp_path: Path
) -> None:
    sql = "CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT 'x');"
    (tmp_path / "t.sql").write_text(sql)
    conn = make_db(sql)
    info = conn.info
    endpoint = Endpoint(
        dbname=info.dbname, host=info.host, port=info.port, user=info.user, password=info.password
    )
    sources: list[Source] = [
        FolderSource(str(tmp_path)),
        FileSource(str(tmp_path / "t.sql")),
        TextSource((("t.sql", sql),)),
        DatabaseSource(endpoint),
    ]

    graphs = [read_declared(s, shadow, major=shadow.version).graph for s in sources]
    graphs.append(read_declared(SnapshotSource(graphs[0]), shadow, major=shadow.version).graph)

    assert len(graphs[0].tables) == 1
    assert all(graph.same(graphs[0]) for graph in graphs)


def test_only_the_schemas_asked_for_are_read(shadow: ShadowServer) -> None:
    source = TextSource((("a.sql", "CREATE SCHEMA s; CREATE TABLE s.a (); CREATE TABLE b ();"),))

    declared = read_declared(source, shadow, major=shadow.version, schemas=["s"])

    assert [str(table.name) for table in declared.graph.tables] == ["s.a"]


def test_another_major_than_the_targets_is_refused(shadow: ShadowServer) -> None:
    with pytest.raises(ShadowError, match="the target runs 14"):
        read_declared(TextSource((("a.sql", "SELECT 1"),)), shadow, major=14)


def test_a_snapshot_needs_no_server_and_keeps_its_value() -> None:
    nowhere = ShadowServer(Endpoint(dbname="x", host="/nonexistent"))

    assert read_declared(SnapshotSource(SchemaGraph()), nowhere, major=18).graph == SchemaGraph()


def test_a_schema_that_makes_itself_unreadable_is_a_declared_error(
    declare: Callable[..., DeclaredSchema],
) -> None:
    with pytest.raises(DeclaredError, match="was loaded, but cannot be read back") as refused:
        declare(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0',"
            " current_database()); END $$;"
        )

    assert "too many connections" in refused.value.detail


def test_the_same_files_give_the_same_schema_on_every_major(
    major: int, url_on: Callable[[int], str]
) -> None:
    shadow = ShadowServer(Endpoint.from_url(url_on(major)))

    declared = read_declared(TextSource((("a.sql", SQL),)), shadow, major=major)

    assert [str(table.name) for table in declared.graph.tables] == ["app.users"]
    assert declared.graph.views
    assert declared.graph.routines
