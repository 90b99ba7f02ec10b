"""Building and dropping an index without stopping anybody, and telling what became of it.

A concurrent build that is cut off leaves an INVALID index, which IF NOT EXISTS would take
for success: so the catalog is asked, before and after.
"""

from __future__ import annotations

from collections.abc import Iterable

from migrate_core.pg.ddl import Stage, StageMode, Statement, ddl, literal, raw
from migrate_core.pg.lexer import tokens
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName, quote_ident
from migrate_core.schema.objects import Index

_OBSERVE = """
SELECT CASE
  WHEN c.oid IS NULL THEN 'absent'
  WHEN i.indexrelid IS NULL OR i.indrelid <> to_regclass({table}) THEN 'conflict'
  WHEN NOT i.indisvalid THEN 'invalid'
  WHEN i.indisunique = {unique}{same} THEN 'holds'
  ELSE 'conflict' END
  FROM (SELECT 1) AS one
  LEFT JOIN pg_catalog.pg_class AS c
    ON c.relname = {name} AND c.relnamespace = to_regnamespace({schema})
  LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
"""


def build_index(
    table: QualifiedName, name: str, definition: str, *, unique: bool, is_spelled: bool = True
) -> Stage:
    """CREATE INDEX CONCURRENTLY; `definition` is what follows the table, from USING on.

    Where that is not yet as PostgreSQL will spell it (`is_spelled`), the name has to be one
    of our own: by that alone the index is known.
    """
    create = _create("CONCURRENTLY ", table, name, definition, unique=unique)
    lock = LockMode.SHARE_UPDATE_EXCLUSIVE
    return Stage(
        statements=(Statement(sql=create, lock=lock, on=table, scans=True, builds=True),),
        mode=StageMode.CONCURRENT,
        observe=_observe(table, name, definition if is_spelled else None, unique=unique),
        repair=(_drop(table, name),),
    )


def create_index(table: QualifiedName, index: Index) -> Statement:
    """In a transaction; without a lock, as on a table that nobody else sees yet."""
    sql = _create("", table, index.name, index.definition, unique=index.unique)
    return Statement(sql=sql, builds=True)


def _create(how: str, table: QualifiedName, name: str, definition: str, *, unique: bool) -> str:
    return ddl(
        "CREATE {unique}INDEX {how}{name} ON {table} {definition}",
        unique=raw("UNIQUE " if unique else ""),
        how=raw(how),
        name=name,
        table=table,
        definition=raw(definition),
    )


def drop_index(table: QualifiedName, name: str, definition: str, *, unique: bool) -> Stage:
    """DROP INDEX CONCURRENTLY; one that was cut off is INVALID, and is dropped again."""
    return Stage(
        statements=(_drop(table, name),),
        mode=StageMode.CONCURRENT,
        observe=_observe(table, name, definition, unique=unique),
        wants="absent",
    )


def replaces(old: Index, new: Index) -> bool:
    """Whether two indexes of one name differ in more than an ALTER can change."""
    one, other = split_parameters(old.definition)[0], split_parameters(new.definition)[0]
    return (one, old.unique, old.valid) != (other, new.unique, new.valid)


def split_parameters(definition: str) -> tuple[str, tuple[str, ...]]:
    """A definition without its WITH clause, and the parameters: "fillfactor=70"."""
    depth, start, found = 0, -1, list(tokens(definition))
    for at, token in enumerate(found):
        if token.text == "(":
            if depth == 0 and at >= 2 and found[at - 2].name == "with":
                start = found[at - 2].start
            depth += 1
        elif token.text == ")":
            depth -= 1
            if depth == 0 and start >= 0:
                end = token.start + 1
                inside = definition[definition.index("(", start) + 1 : token.start]
                rest = definition[:start].rstrip() + definition[end:]
                return rest, tuple(_parameter(text) for text in inside.split(", "))
    return definition, ()


def with_parameters(definition: str, options: Iterable[str]) -> str:
    """The definition as PostgreSQL prints it with these parameters."""
    bare, _ = split_parameters(definition)
    if not options:
        return bare
    pairs = (option.partition("=") for option in options)
    written = ", ".join(f"{name}={_value(value)}" for name, _, value in pairs)
    return _before_where(bare, f" WITH ({written})")


def _value(value: str) -> str:
    """Quoted where an identifier would have to be; source: flatten_reloptions()."""
    return value if value and quote_ident(value) == value else literal(value).strip()


def _before_where(bare: str, clause: str) -> str:
    depth = 0
    for token in tokens(bare):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and token.text == "WHERE":
            return f"{bare[: token.start].rstrip()}{clause} {bare[token.start :]}"
    return bare + clause


def _parameter(text: str) -> str:
    """`fillfactor='70'`, as pg_get_indexdef() prints it, without its quotes."""
    name, _, value = text.strip().partition("=")
    quoted = value.startswith("'") and value.endswith("'")
    return f"{name}={value[1:-1].replace(chr(39) * 2, chr(39)) if quoted else value}"


def _drop(table: QualifiedName, name: str) -> Statement:
    sql = ddl("DROP INDEX CONCURRENTLY {index}", index=table.renamed(name))
    return Statement(sql=sql, lock=LockMode.SHARE_UPDATE_EXCLUSIVE, on=table)


def _observe(table: QualifiedName, name: str, definition: str | None, *, unique: bool) -> str:
    same = ddl(
        "\n   AND right(pg_get_indexdef(c.oid), length({definition})) = {definition}",
        definition=literal(definition or ""),
    )
    return ddl(
        _OBSERVE,
        table=literal(str(table)),
        name=literal(name),
        schema=literal(str(QualifiedName(table.schema, "x")).rpartition(".")[0]),
        same=raw(same if definition is not None else ""),
        unique=raw("true" if unique else "false"),
    ).strip()
