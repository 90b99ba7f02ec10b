from __future__ import annotations

from pathlib import Path

import pytest

from migrate_core.declared import files
from migrate_core.declared.files import MAX_BYTES, MAX_STATEMENTS, from_text, make_file, read_folder
from migrate_core.errors import DeclaredError


def statements(sql: str) -> list[str]:
    found, _passed = files.statements(from_text([("a.sql", sql)]))
    return [statement.text for statement in found]


def test_a_folder_is_read_by_path_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.sql", "a/z.sql", "a/a.sql", ".hidden.sql", ".git/x.sql", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("SELECT 1;")

    assert [file.name for file in read_folder(str(tmp_path))] == ["a/a.sql", "a/z.sql", "b.sql"]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("SELECT 1;")
    folder = tmp_path / "schema"
    folder.mkdir()
    (folder / "a.sql").symlink_to(outside)

    with pytest.raises(DeclaredError, match="link leads out"):
        read_folder(str(folder))


def test_a_folder_without_sql_would_drop_everything_and_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclaredError, match=r"holds no \.sql file"):
        read_folder(str(tmp_path))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeclaredError, match="no such folder"):
        read_folder(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("sql", ["", "  \n", "-- nothing\n", "/* nothing */;;", "\\echo hi\n"])
def test_a_schema_without_a_statement_is_refused(sql: str) -> None:
    with pytest.raises(DeclaredError, match="declares nothing"):
        statements(sql)


def test_byte_order_marks_and_carriage_returns_are_not_part_of_the_text() -> None:
    file = make_file("a.sql", "\ufeffSELECT 1;\r\nSELECT\r\n2;".encode())

    assert file.text == "SELECT 1;\nSELECT\n2;"


def test_a_nul_byte_is_refused_where_it_stands() -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:2:8: the file holds a NUL byte"):
        make_file("a.sql", b"SELECT 1;\nSELECT \0 2;")


def test_what_is_not_utf8_is_refused_with_its_line() -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:2: the file is not UTF-8"):
        make_file("a.sql", "SELECT 1;\nSELECT 'é';".encode("latin-1"))


def test_lone_surrogates_are_refused_like_any_bytes_that_are_not_utf8() -> None:
    with pytest.raises(DeclaredError, match="not UTF-8"):
        from_text([("a.sql", "SELECT '\ud800'")])


def test_five_megabytes_are_the_limit(tmp_path: Path) -> None:
    line = "-- a comment\n"
    (tmp_path / "a.sql").write_text(line * (MAX_BYTES // len(line) // 2))
    (tmp_path / "b.sql").write_text(line * (MAX_BYTES // len(line) // 2 + 2))

    with pytest.raises(DeclaredError, match="larger than 5 MB"):
        read_folder(str(tmp_path))


def test_twenty_thousand_statements_are_the_limit() -> None:
    assert len(statements("SELECT 1;" * MAX_STATEMENTS)) == MAX_STATEMENTS
    with pytest.raises(DeclaredError, match="more than 20,000 statements"):
        statements("SELECT 1;" * (MAX_STATEMENTS + 1))


@pytest.mark.parametrize(
    "copy",
    [
        "COPY t FROM stdin;\n1\tit's\n\\.\n",
        "copy public.t (a, b) FROM STDIN WITH (FORMAT csv);\n1,2\n\\.",
        "COPY t TO STDOUT;",
    ],
)
def test_rows_in_the_file_are_refused_by_name_with_file_and_line(copy: str) -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:2:1: COPY with rows in the file"):
        statements(f"CREATE TABLE t (a int);\n{copy}")


@pytest.mark.parametrize(
    "sql",
    [
        "PREPARE TRANSACTION 'x'",
        "COMMIT PREPARED 'x'",
        "SET standard_conforming_strings = off",
        "SET SESSION standard_conforming_strings TO 0",
    ],
)
def test_what_would_outlive_or_mislead_the_loader_is_refused(sql: str) -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:1:1"):
        statements(f"{sql};")


def test_the_line_that_pg_dump_writes_is_fine() -> None:
    assert statements("SET standard_conforming_strings = on;") == [
        "SET standard_conforming_strings = on"
    ]
