"""Adding a column whose value is computed for each row, without stopping anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from migrate_core.pg.ddl import Batch, Stage, StageMode, Statement, ddl, literal, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.clauses import (
    column_clause,
    comment_on,
    identity_clause,
    sequence_clause,
)
from migrate_core.schema.edges import column_ref
from migrate_core.schema.not_null import forbid_null
from migrate_core.schema.objects import Column, Identity
from migrate_core.schema.parking import on_table
from migrate_core.schema.storage import column_settings

Helper = Callable[[str], str]


def add_filled(
    table: QualifiedName, column: Column, key: tuple[str, ...], helper: Helper
) -> tuple[Stage, ...]:
    """Bare first, with the default for new rows; then rows of today by `key`, then NOT NULL."""
    identity, default = column.identity, column.default or "NULL"
    numbers = table.renamed(helper(column.name))
    begun: list[Statement] = []
    if identity is not None:
        numbers = identity.sequence.renamed(helper(identity.sequence.name))
        default = f"nextval({literal(str(numbers))}::regclass)"
        begun += _numbers(numbers, identity)
    begun += _add(table, column, default)
    required = column.not_null or identity is not None
    name = column.not_null_rule.name if column.not_null_rule else None
    forbidden: tuple[Stage, ...] = ()
    if required:
        forbidden = forbid_null(table, column.name, helper=helper(column.name), name=name)
    last = (stage(*_become(table, column, identity, numbers)),) if identity else ()
    return (stage(*begun), _fill(table, column.name, default, key), *forbidden, *last)


def _numbers(name: QualifiedName, identity: Identity) -> Iterator[Statement]:
    """Where an identity counts until the column forbids NULL, which it asks for. An identity asks
    for no right to its sequence, a default does: whoever inserts may count."""
    sql = ddl(
        "CREATE SEQUENCE {name} AS {type} {options}",
        name=name,
        type=raw(identity.options.type),
        options=raw(sequence_clause(identity.options)),
    )
    yield Statement(sql=sql)
    yield Statement(sql=ddl("GRANT USAGE ON SEQUENCE {name} TO PUBLIC", name=name))


def _add(table: QualifiedName, column: Column, default: str) -> Iterator[Statement]:
    bare = msgspec.structs.replace(column, not_null=False, default=None, identity=None)
    yield on_table(table, "ADD COLUMN {clause}", clause=column_clause(bare))
    yield from column_settings(table, None, column)
    yield on_table(
        table,
        "ALTER COLUMN {column} SET DEFAULT {default}",
        column=column.name,
        default=raw(default),
    )
    yield from comment_on(column_ref(table, column.name), column.comment)


def _fill(table: QualifiedName, column: str, value: str, key: tuple[str, ...]) -> Stage:
    assign = ddl("{column} = {value}", column=column, value=raw(value))
    where = ddl("{column} IS NULL", column=column)
    plain = ddl(
        "UPDATE {table} SET {assign} WHERE {where}",
        table=table,
        assign=raw(assign),
        where=raw(where),
    )
    return Stage(
        statements=(Statement(sql=plain, lock=LockMode.ROW_EXCLUSIVE, on=table),),
        mode=StageMode.BATCHED,
        batch=Batch(table=table, key=key, assign=assign, where=where),
    )


def _become(
    table: QualifiedName, column: Column, identity: Identity, numbers: QualifiedName
) -> Iterator[Statement]:
    names = {"column": column.name}
    yield on_table(table, "ALTER COLUMN {column} DROP DEFAULT", **names)
    yield on_table(
        table,
        "ALTER COLUMN {column} ADD {identity}",
        column=column.name,
        identity=raw(identity_clause(identity)),
    )
    go_on = ddl(
        "SELECT pg_catalog.setval({name}, s.last_value, s.is_called) FROM {numbers} AS s",
        name=literal(str(identity.sequence)),
        numbers=numbers,
    )
    yield Statement(sql=go_on)
    yield Statement(sql=ddl("DROP SEQUENCE {numbers}", numbers=numbers))
