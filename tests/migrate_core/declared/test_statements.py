from __future__ import annotations

import pytest

from migrate_core.declared.statements import Command, File, Statement, split
from migrate_core.errors import DeclaredError


def texts(sql: str) -> list[str]:
    return [s.text.strip() for s in split(File("a.sql", sql)) if isinstance(s, Statement)]


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        (";;;", []),
        ("-- only; a comment\n/* and; /* nested; */ one */", []),
        ("SELECT ';'; SELECT 2;", ["SELECT ';'", "SELECT 2"]),
        ("SELECT 'it''s;'; SELECT 2;", ["SELECT 'it''s;'", "SELECT 2"]),
        (r"SELECT E'it\'s;'; SELECT 2;", [r"SELECT E'it\'s;'", "SELECT 2"]),
        (r"SELECT 'a\'; SELECT 2;", [r"SELECT 'a\'", "SELECT 2"]),
        ('CREATE TABLE "a;b" (); SELECT 2', ['CREATE TABLE "a;b" ()', "SELECT 2"]),
        ("DO $$ a; b $$; SELECT 2", ["DO $$ a; b $$", "SELECT 2"]),
        ("DO $x$ $$; $y$ ; $x$; SELECT 2", ["DO $x$ $$; $y$ ; $x$", "SELECT 2"]),
        ("SELECT a$b$; SELECT c$b$", ["SELECT a$b$", "SELECT c$b$"]),
        ("SELECT 1 -- x; y\n; SELECT 2", ["SELECT 1 -- x; y", "SELECT 2"]),
        ("SELECT 1 --x\r; SELECT 2", ["SELECT 1 --x", "SELECT 2"]),
        ("SELECT 1 /* ; /* ; */ ; */; SELECT 2", ["SELECT 1 /* ; /* ; */ ; */", "SELECT 2"]),
        (
            "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3",
            ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"],
        ),
    ],
)
def test_a_statement_ends_where_psql_ends_it(sql: str, wanted: list[str]) -> None:
    assert texts(sql) == wanted


@pytest.mark.parametrize("head", ["CREATE FUNCTION", "create or replace procedure"])
def test_the_body_of_a_sql_function_is_one_statement(head: str) -> None:
    body = f"{head} f() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 ELSE 2 END; SELECT 3; END"

    assert texts(f"{body}; SELECT 4;") == [body, "SELECT 4"]


def test_begin_alone_starts_no_body() -> None:
    assert texts("BEGIN; CREATE TABLE t (a int); END;") == [
        "BEGIN",
        "CREATE TABLE t (a int)",
        "END",
    ]


def test_a_position_in_a_statement_is_one_in_the_file() -> None:
    file = File("a.sql", "SELECT 1;\n\n  -- why\n  SELECT\n    nope;")
    second = [s for s in split(file) if isinstance(s, Statement)][1]

    assert file.place(second.start) == (4, 3)
    assert file.place(second.start + second.text.index("nope")) == (5, 5)


@pytest.mark.parametrize(
    "line", [r"\restrict a1B2", r"\connect shop", r"\set x 'it''s", r"\echo it's"]
)
def test_harmless_psql_commands_are_passed_over(line: str) -> None:
    found = list(split(File("a.sql", f"SELECT 1;\n{line}\nSELECT 2;")))

    assert [type(item) for item in found] == [Statement, Command, Statement]


def test_a_psql_command_in_a_statement_keeps_positions() -> None:
    sql = "SELECT\n\\set x 1\nnope;"
    (statement,) = (s for s in split(File("a.sql", sql)) if isinstance(s, Statement))

    assert "\\" not in statement.text
    assert len(statement.text) == len(sql) - 1


@pytest.mark.parametrize(
    "line",
    [
        r"\i other.sql",
        r"\ir x",
        r"\copy t from x",
        r"\gexec",
        r"\if 1",
        r"\q",
        r"\! ls",
        "\\",
        r"\.",
    ],
)
def test_psql_commands_that_matter_are_refused_by_name(line: str) -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:2:1: psql's command") as refused:
        list(split(File("a.sql", f"SELECT 1;\n{line}\n")))

    assert refused.value.line == 2


def test_a_backslash_in_a_literal_is_no_command() -> None:
    assert texts("SELECT '\n\\i x\n'; DO $$\n\\q\n$$") == ["SELECT '\n\\i x\n'", "DO $$\n\\q\n$$"]


@pytest.mark.parametrize(
    "sql", ["SELECT 'a", 'SELECT "a', "SELECT $$ a", "/* /* */", "SELECT E'\\'"]
)
def test_what_never_ends_is_named_with_its_line(sql: str) -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:2:\d+: unterminated"):
        list(split(File("a.sql", f"SELECT 1;\n{sql}")))


def test_words_in_parentheses_are_not_kept() -> None:
    (statement,) = split(File("a.sql", "CREATE TABLE t (drop int, b int) PARTITION BY LIST (b)"))

    assert isinstance(statement, Statement)
    assert statement.keywords == ("create", "table", "t", "", "partition", "by", "list", "")
