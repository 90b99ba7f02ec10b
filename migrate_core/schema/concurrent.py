"""Building and dropping an index without stopping anybody, and telling what became of it.

A concurrent build that is cut off leaves an INVALID index, which IF NOT EXISTS would take
for success: so the catalog is asked, before and after.
"""

from __future__ import annotations

from migrate_core.pg.ddl import Stage, StageMode, Statement, ddl, literal, raw
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Index

_OBSERVE = """
SELECT CASE
  WHEN c.oid IS NULL THEN 'absent'
  WHEN i.indexrelid IS NULL OR i.indrelid <> to_regclass({table}) THEN 'conflict'
  WHEN NOT i.indisvalid THEN 'invalid'
  WHEN i.indisunique = {unique}
   AND right(pg_get_indexdef(c.oid), length({definition})) = {definition} THEN 'holds'
  ELSE 'conflict' END
  FROM (SELECT 1) AS one
  LEFT JOIN pg_catalog.pg_class AS c
    ON c.relname = {name} AND c.relnamespace = to_regnamespace({schema})
  LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
"""


def build_index(table: QualifiedName, name: str, definition: str, *, unique: bool) -> Stage:
    """CREATE INDEX CONCURRENTLY; `definition` is what follows the table, from USING on."""
    create = ddl(
        "CREATE {unique}INDEX CONCURRENTLY {name} ON {table} {definition}",
        unique=raw("UNIQUE " if unique else ""),
        name=name,
        table=table,
        definition=raw(definition),
    )
    lock = LockMode.SHARE_UPDATE_EXCLUSIVE
    return Stage(
        statements=(Statement(sql=create, lock=lock, on=table, scans=True),),
        mode=StageMode.CONCURRENT,
        observe=_observe(table, name, definition, unique=unique),
        repair=(_drop(table, name),),
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
    """Whether two indexes of one name differ in more than their comment."""
    return (old.definition, old.unique, old.valid) != (new.definition, new.unique, new.valid)


def _drop(table: QualifiedName, name: str) -> Statement:
    sql = ddl("DROP INDEX CONCURRENTLY {index}", index=table.renamed(name))
    return Statement(sql=sql, lock=LockMode.SHARE_UPDATE_EXCLUSIVE, on=table)


def _observe(table: QualifiedName, name: str, definition: str, *, unique: bool) -> str:
    return ddl(
        _OBSERVE,
        table=literal(str(table)),
        name=literal(name),
        schema=literal(str(QualifiedName(table.schema, "x")).rpartition(".")[0]),
        definition=literal(definition),
        unique=raw("true" if unique else "false"),
    ).strip()
