from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from migrate_core.pg.connect import Endpoint
from migrate_core.verify import pg_dump
from migrate_core.verify.pg_dump import DumpFailedError, dump_schema, find
from tests.migrate_core.verify.conftest import endpoint_of

MakeDb = Callable[..., psycopg.Connection[Any]]


@pytest.fixture
def program(server_url: str) -> str:
    with psycopg.connect(server_url) as conn:
        found = find(conn.info.server_version // 10_000)
    assert found is not None
    return found


def test_one_of_exactly_the_wanted_major_is_found(program: str, major: int) -> None:
    assert find(major) is not None
    assert find(11) is None


def test_one_of_the_folders_that_are_named_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 97.2 (of somebody)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("ZANITH_PG_BINS", os.pathsep.join(["/nonexistent", str(tmp_path)]))

    assert find(97) == str(program)
    assert find(96) is None


@pytest.mark.db
def test_names_with_wildcards_and_quotes_are_taken_as_they_are(
    make_db: MakeDb, program: str
) -> None:
    conn = make_db(
        'CREATE SCHEMA "a*"; CREATE TABLE "a*".t (); CREATE SCHEMA ab; CREATE TABLE ab.u ();'
    )

    text = dump_schema(program, endpoint_of(conn), ["a*"])

    assert 'CREATE TABLE "a*".t' in text
    assert "ab.u" not in text


@pytest.mark.db
def test_it_waits_for_a_lock_no_longer_than_it_may(make_db: MakeDb, program: str) -> None:
    conn = make_db("CREATE TABLE t (a int);")
    with conn.transaction():
        conn.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")

        with pytest.raises(DumpFailedError) as refused:
            dump_schema(program, endpoint_of(conn))

    assert "timeout" in refused.value.detail


@pytest.mark.db
def test_a_failure_never_shows_the_password(make_db: MakeDb, program: str) -> None:
    endpoint = msgspec.structs.replace(endpoint_of(make_db()), dbname="nowhere", password="geheim")

    with pytest.raises(DumpFailedError) as refused:
        dump_schema(program, endpoint)

    assert "geheim" not in str(refused.value)


def test_the_password_is_no_argument() -> None:
    endpoint = Endpoint(dbname="d", host="h", user="u", password="geheim")

    assert "geheim" not in pg_dump._conninfo(endpoint)
    assert pg_dump._environment(endpoint)["PGPASSWORD"] == "geheim"
