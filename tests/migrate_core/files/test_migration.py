from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_core.errors import MigrationFileError, MisuseError
from migrate_core.files.migration import (
    Migration,
    dump,
    file_name,
    line_of,
    load,
    loads,
    new_id,
    read_folder,
)
from migrate_core.operations.base import Operation
from migrate_core.operations.registry import make
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Column

ID = "20260314_150926_add_last_login"
GOOD = """\
# yaml-language-server: $schema=migration.schema.json
description: Add last_login
operations:
  - op: addColumn
    table: public.users
    column:
      name: last_login
      type: timestamp with time zone
  - op: addColumn
    table: public."Order"
    column:
      name: 'on'
      type: text
      comment: |
        two
          lines
"""
NAME = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1
).filter(lambda name: len(name.encode()) <= 63)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80)
COLUMN = st.builds(
    Column,
    name=NAME,
    type=TEXT,
    not_null=st.booleans(),
    default=st.none() | TEXT,
    comment=st.none() | TEXT,
)
OPERATION = st.builds(
    lambda schema, table, column: make(
        "addColumn", table=QualifiedName(schema, table), column=column
    ),
    NAME,
    NAME,
    COLUMN,
)


def column_of(operation: Operation) -> Column:
    column = msgspec.structs.asdict(operation)["column"]
    assert isinstance(column, Column)
    return column


def read(text: str) -> Migration:
    return loads(text, file="m.yaml", id=ID)


def refusal(text: str) -> MigrationFileError:
    with pytest.raises(MigrationFileError) as caught:
        read(text)
    return caught.value


def test_a_file_says_which_migration_it_needs() -> None:
    text = GOOD.replace("operations:", "needs: 20260314_150925_before\noperations:")

    found = loads(text, file="m.yaml", id=ID)

    assert found.needs == "20260314_150925_before"
    assert loads(dump(found), file="m.yaml", id=ID) == found


@given(TEXT, st.lists(OPERATION, min_size=1, max_size=3))
def test_what_was_dumped_loads_as_the_same_migration(
    description: str, operations: list[Operation]
) -> None:
    migration = Migration(id=ID, description=description, operations=tuple(operations))

    text = dump(migration)

    assert read(text) == migration
    assert dump(read(text)) == text


def test_a_file_reads_back_byte_for_byte() -> None:
    assert dump(read(GOOD)) == GOOD


@pytest.mark.parametrize("word", ["on", "no", "yes", "off", "y", "n", "No", "ON"])
def test_a_column_may_be_called_as_yaml_11_writes_a_boolean(word: str) -> None:
    migration = read(GOOD.replace("'on'", word))

    assert column_of(migration.operations[1]).name == word
    assert read(dump(migration)) == migration


def test_layout_and_description_do_not_change_the_checksum() -> None:
    other = GOOD.replace("Add last_login", "else").replace(
        "\n      name: last_login", " # x\n      name:   last_login"
    )

    assert read(other).checksum == read(GOOD).checksum
    assert read(GOOD.replace("type: text", "type: bytea")).checksum != read(GOOD).checksum


@pytest.mark.parametrize(
    ("was", "becomes", "line", "operation", "says"),
    [
        ("name: last_login", "name: 5", 7, 1, "column.name: expected text, got a number"),
        ("name: last_login", "name: true", 7, 1, "column.name: expected text, got true or false"),
        ("name: last_login", "name:", 7, 1, "column.name: expected text, got nothing"),
        ("type: text", "type: [a]", 13, 2, "column.type: expected text, got a list"),
        ("type: text", "typ: text", 13, 2, "column: unknown field `typ`"),
        ("type: text", "not_null: 1", 13, 2, "column.not_null: expected true or false"),
        ("table: public.users", "tabel: public.users", 5, 1, "unknown field `tabel`"),
        ("    table: public.users\n", "", 4, 1, "missing field `table`"),
        ("public.users", "users", 5, 1, '"users" is not a schema-qualified name'),
        ("public.users", "public." + "x" * 64, 5, 1, "has 64 bytes"),
        ("last_login\n      type", "x" * 64 + "\n      type", 7, 1, "has 64 bytes"),
        ("last_login\n      type", "é" * 32 + "\n      type", 7, 1, "has 64 bytes"),
        ("last_login\n      type", "''\n      type", 7, 1, "has 0 bytes"),
        ("op: addColumn", "op: addColum", 4, 1, "unknown operation kind 'addColum'"),
        ("op: addColumn", "op: 5", 4, 1, "unknown operation kind 5"),
        ("op: addColumn", "kind: addColumn", 4, 1, "the operation has no kind"),
    ],
)
def test_what_does_not_fit_is_named_with_line_operation_and_field(
    was: str, becomes: str, line: int, operation: int, says: str
) -> None:
    error = refusal(GOOD.replace(was, becomes, 1))

    assert error.message.startswith(f"m.yaml:{line}: operation {operation}: ")
    assert says in error.message
    assert error.hint


def test_an_unknown_kind_and_an_unknown_field_are_answered_with_the_near_ones() -> None:
    assert refusal(GOOD.replace("addColumn", "AddColunm", 1)).hint.startswith(
        "Did you mean addColumn"
    )
    assert refusal(GOOD.replace("table:", "tabel:", 1)).hint == "Did you mean table?"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a\n", "a migration is a mapping"),
        ("operations: {}\n", "has to be a list"),
        ("operations: []\n", "at least one operation"),
        ("description: x\n", "has to be a list"),
        ("operations:\n  - addColumn\n", "an operation is a mapping"),
        ("description: 5\noperations: []\n", "description: expected text"),
        ("operation: []\n", "unknown field `operation`"),
        ("needs: 5\noperations: []\n", "needs: expected text"),
        ("needs: first\noperations: []\n", '"first" is not a migration\'s name'),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, says: str) -> None:
    assert says in refusal(text).message


def test_the_line_of_an_operation_is_found_again() -> None:
    assert [line_of(GOOD, number, file="m.yaml") for number in (1, 2)] == [4, 9]


def test_a_folder_is_read_in_the_order_of_its_ids(tmp_path: Path) -> None:
    ids = ["20260102_000000_b", "20260101_000000_z"]
    for id in ids:
        migration = Migration(id=id, operations=read(GOOD).operations)
        (tmp_path / file_name(migration)).write_text(dump(migration))

    assert [m.id for m in read_folder(tmp_path)] == sorted(ids)
    assert read_folder(tmp_path / "absent") == ()


@pytest.mark.parametrize("name", ["add.yaml", "20260101_add.yaml", "20260101_000000_Add.yaml"])
def test_a_file_with_another_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(GOOD)

    with pytest.raises(MigrationFileError, match="is not a migration's name"):
        read_folder(tmp_path)


def test_a_file_that_ends_in_yml_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    (tmp_path / f"{ID}.yml").write_text(GOOD)

    with pytest.raises(MigrationFileError, match=r"end in \.yaml"):
        read_folder(tmp_path)


def test_two_mebibytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / f"{ID}.yaml"
    path.write_text(GOOD + "#" * (2 << 20))

    with pytest.raises(MigrationFileError, match="bytes"):
        load(path)


def test_a_file_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(MigrationFileError, match="No such file"):
        load(tmp_path / f"{ID}.yaml")


def test_an_id_is_the_moment_and_the_slug() -> None:
    now = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)

    assert new_id("Add last-login!", now) == ID
    for slug in ("", "!!", "x" * 41):
        with pytest.raises(MisuseError):
            new_id(slug, now)
