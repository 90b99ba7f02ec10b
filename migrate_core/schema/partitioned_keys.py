"""Keys and indexes of partitioned tables, made without stopping anybody.

PostgreSQL builds nothing concurrently on a partitioned table. So the parent's index is made
ON ONLY the parent, which costs nothing; each partition's is built by itself, as that of a
plain table is; and each is attached, at the end of which the parent's is valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.clauses import comment_on, constraint_clause
from migrate_core.schema.concurrent import build_index
from migrate_core.schema.families import Attached
from migrate_core.schema.objects import Constraint, Index
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rules import add_directly, add_key, constraint_ref


def create_only(table: QualifiedName, index: Index) -> Stage:
    """CREATE INDEX ON ONLY: an index of a partitioned table, without those of its partitions."""
    sql = ddl(
        "CREATE {unique}INDEX {name} ON ONLY {table} {definition}",
        unique=raw("UNIQUE " if index.unique else ""),
        name=index.name,
        table=table,
        definition=raw(index.definition),
    )
    comment = comment_on(Ref.of(ObjectKind.INDEX, table, index.name), index.comment)
    return stage(Statement(sql=sql, lock=LockMode.SHARE, on=table), *comment)


def add_only(table: QualifiedName, key: Constraint) -> Stage:
    """ADD CONSTRAINT on a partitioned table, without those of its partitions."""
    sql = ddl("ALTER TABLE ONLY {table} ADD {clause}", table=table, clause=constraint_clause(key))
    comment = comment_on(constraint_ref(table, key.name), key.comment)
    return stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=table), *comment)


def on_partitions(parts: Iterable[Attached], helper: str) -> Iterator[Stage]:
    """What the partitions need, and then that it is attached; `helper` begins helpers' names."""
    listed = tuple(parts)
    for number, one in enumerate(listed, start=1):
        if not one.exists:
            yield from _made(one, f"{helper}_{number}")
    for one in listed:
        yield attach(one.name, one.to)


def attach(index: QualifiedName, to: QualifiedName) -> Stage:
    """ALTER INDEX ATTACH PARTITION: nothing is built or read."""
    sql = ddl("ALTER INDEX {to} ATTACH PARTITION {index}", to=to, index=index)
    lock = LockMode.SHARE_UPDATE_EXCLUSIVE
    also = ((index, LockMode.ACCESS_EXCLUSIVE),)
    return stage(Statement(sql=sql, lock=lock, on=to, also=also))


def _made(one: Attached, helper: str) -> Iterator[Stage]:
    if one.index is not None:
        yield from index_stages(one.table, one.index, partitioned=one.partitioned)
    elif one.key is not None and one.partitioned:
        yield add_only(one.table, one.key)
    elif one.key is not None and one.key.type == "exclude":
        yield add_directly(one.table, one.key)
    elif one.key is not None:
        yield from add_key(one.table, one.key, helper=helper)


def index_stages(table: QualifiedName, index: Index, *, partitioned: bool) -> Iterator[Stage]:
    if partitioned:
        yield create_only(table, index)
        return
    yield build_index(table, index.name, index.definition, unique=index.unique)
    comment = tuple(comment_on(Ref.of(ObjectKind.INDEX, table, index.name), index.comment))
    if comment:
        yield stage(*comment)
