from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from migrate_core.errors import MigrationFileError
from migrate_core.files.conversion import NAME_FIELDS
from migrate_core.files.migration import loads
from migrate_core.operations.registry import kinds

# Text that is no name of a database object: SQL, types, and what people wrote.
OTHER_TEXT = {
    *("check", "comment", "default", "down", "expression", "sql", "using", "where", "was"),
    *("source", "title", "type", "collation", "definition", "command", "op", "kind"),
    *("privileges", "objects", "then", "published", "becomes"),
    *("bound", "proof", "misfit", "partition_key", "options", "toast_options", "foreign_options"),
}


def text_fields() -> Iterator[tuple[str, str]]:
    for kind, cls in kinds().items():
        for field in msgspec.structs.fields(cls):
            if field.type in (str, str | None, tuple[str, ...], tuple[str, ...] | None):
                yield kind, field.name


@pytest.mark.parametrize(("kind", "field"), list(text_fields()))
def test_every_text_of_an_operation_is_known_to_be_a_name_or_not(kind: str, field: str) -> None:
    assert (field in NAME_FIELDS) is not (field in OTHER_TEXT)


@pytest.mark.parametrize(
    "operation",
    [
        "{op: renameColumn, table: public.t, column: a, to: NAME}",
        "{op: renameTable, table: public.t, to: NAME}",
        "{op: createSchema, name: NAME}",
        "{op: addEnumValue, enum: public.e, value: NAME}",
        "{op: backfill, table: public.t, column: NAME, expression: '1'}",
        "{op: addColumn, table: NAME.t, column: {name: a, type: text}}",
    ],
)
def test_a_name_of_64_bytes_is_refused_wherever_it_stands(operation: str) -> None:
    text = f"operations:\n  - {operation.replace('NAME', 'n' * 64)}\n"

    with pytest.raises(MigrationFileError, match="64 bytes") as refusal:
        loads(text, file="m.yaml", id="20260101_000000_x")

    assert (refusal.value.line, refusal.value.operation) == (2, 1)
