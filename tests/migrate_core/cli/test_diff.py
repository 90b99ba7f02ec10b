from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from migrate_core.cli.diff import statements
from migrate_core.declared.statements import File, Statement, split
from migrate_core.operations.registry import make
from migrate_core.schema.graph import SchemaGraph
from tests.migrate_core.cli.conftest import Shop, Zanith, url_of

pytestmark = pytest.mark.db

BEFORE = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE a (id int PRIMARY KEY, "Old" text DEFAULT 'x;y', gone int);
CREATE INDEX a_gone_idx ON a (gone);
CREATE TABLE leaving (id int PRIMARY KEY);
INSERT INTO a SELECT n, 'v' || n, n FROM generate_series(1, 50) AS n;
"""
AFTER = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE a (id int PRIMARY KEY, "Old" text NOT NULL DEFAULT 'x;y', feels mood);
CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a_id int REFERENCES a (id));
CREATE UNIQUE INDEX a_old_idx ON a ("Old") WHERE "Old" <> '--';
COMMENT ON TABLE b IS 'it''s; new';
"""


@pytest.mark.parametrize("drops", ["plain", "soft", "archive"])
def test_standard_output_is_sql_that_runs_one_statement_after_another(
    make_db: Callable[..., psycopg.Connection], zanith: Zanith, drops: str
) -> None:
    before, after = make_db(BEFORE), make_db(AFTER)

    found = zanith("diff", url_of(before), url_of(after), "--format", "sql", "--drops", drops)
    said = [s for s in split(File("out.sql", found.out)) if isinstance(s, Statement)]
    for statement in said:
        before.execute(statement.text.encode())
    again = zanith("diff", url_of(before), url_of(after), "--format", "sql")

    assert found.code == 0
    assert found.err.strip().endswith("operations")
    assert (again.code, again.out) == (0, "")


def test_a_comment_at_the_end_of_raw_sql_does_not_swallow_the_semicolon() -> None:
    (text,) = statements(SchemaGraph(), (make("rawSql", sql="SELECT 1 -- one"),), 18)

    assert text == "SELECT 1 -- one\n;"


def test_each_side_may_be_a_folder_a_file_a_snapshot_or_a_command(
    shop: Shop, zanith: Zanith, tmp_path: Path
) -> None:
    (tmp_path / "one.sql").write_text("CREATE TABLE public.t (id integer);\n")

    saved = zanith("diff", shop.url, "declared", "--save", "wanted.json")
    same = zanith("diff", "wanted.json", "declared")
    command = zanith("diff", "one.sql", "command:cat one.sql", "--format", "json")
    by_hand = zanith("diff", "one.sql", "wanted.json", "--format", "json")

    assert [r.code for r in (saved, same, command, by_hand)] == [0, 0, 0, 0]
    assert "The two schemas are the same." in same.err
    assert command.data == []
    assert {"op": "dropTable", "table": "public.t"}.items() <= by_hand.data[-1].items() or any(
        op["op"] == "dropTable" for op in by_hand.data
    )


@pytest.mark.parametrize(
    "text", ["nowhere", "postgresql://x:secret@/", "postgresql://x:secret@h:p/d", "mysql://a/b"]
)
def test_what_is_no_schema_is_misuse_and_no_password_is_shown(
    shop: Shop, zanith: Zanith, text: str
) -> None:
    found = zanith("diff", text, shop.url)

    assert found.code == 2
    assert "secret" not in found.err
    assert found.out == ""


def test_declared_sql_that_does_not_load_is_named_with_line_and_column(
    shop: Shop, zanith: Zanith, tmp_path: Path
) -> None:
    (tmp_path / "bad.sql").write_text("CREATE TABLE public.t (id integer);\nCREATE TABEL x ();\n")

    found = zanith("diff", shop.url, "bad.sql", "--format", "sql")

    assert found.code == 1
    assert "bad.sql:2:8" in found.err
    assert found.out == ""
