"""Whether what one index finds is found by another one as well."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.schema.concurrent import split_parameters
from migrate_core.schema.objects import Constraint, Index, Relation, Value
from migrate_core.schema.rules import index_of, listed, read_key, top_level_lists


class _Shape(Value, frozen=True, kw_only=True):
    """The parts of an index's definition that say for what it can be read."""

    method: str
    key: tuple[str, ...]  # each as it is written, with its order and its operator class
    include: frozenset[str]
    condition: str


def serves(table: Relation | None, gone: Index) -> str:
    """Which index of the table serves for one that it has no more; "" where none does.

    It begins with the same columns and holds the same rows: one of all rows is no match for one
    of few.
    """
    wanted = _shape(gone.definition)
    found = (one.name for one in _readable(table) if _does(_shape(one.definition), wanted))
    return next(found, "") if table else ""


def _readable(table: Relation | None) -> Iterator[Index]:
    if table is None:
        return
    yield from (index for index in table.indexes if index.valid)
    yield from filter(None, map(index_behind, table.constraints))


def index_behind(constraint: Constraint) -> Index | None:
    """That of a key, under the key's name. One of periods (18) is read as no other is."""
    is_key = constraint.type in ("primary key", "unique")
    if not is_key or read_key(constraint.definition).has_periods:
        return None
    return Index(name=constraint.name, definition=index_of(constraint), unique=True)


def _does(one: _Shape, wanted: _Shape) -> bool:
    length = len(wanted.key)
    return (
        (one.method, one.condition, one.key[:length])
        == (wanted.method, wanted.condition, wanted.key)
        and wanted.include <= one.include | {*one.key}
    )  # fmt: skip


def _shape(definition: str) -> _Shape:
    text, _ = split_parameters(definition)
    head, _, condition = text.partition(" WHERE ")
    lists = [head[start + 1 : end - 1] for start, end in top_level_lists(head)]
    start, _ = next(top_level_lists(head))
    included = listed(lists[1]) if len(lists) > 1 else ()
    return _Shape(
        method=head[:start].strip(),
        key=tuple(part.strip() for part in listed(lists[0])),
        include=frozenset(part.strip() for part in included),
        condition=condition.strip(),
    )
