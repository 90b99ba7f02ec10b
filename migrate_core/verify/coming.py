"""Foreign keys that a plan adds: the rows that theirs will point at belong to a sample as well.

They are read from the statements, which raw SQL has as every other step does. What is not
understood adds no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from migrate_core.pg.lexer import Lex, Token, tokens
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan


class Key(Struct, frozen=True):
    table: QualifiedName
    columns: tuple[str, ...]
    other: QualifiedName
    other_columns: tuple[str, ...]  # none: its primary key


def keys(plans: Iterable[Plan]) -> tuple[Key, ...]:
    """Of tables that are there before: a new one has no rows to copy."""
    stages = (stage for plan in plans for step in plan.steps for stage in step.stages)
    found = (key for stage in stages for one in stage.statements for key in _added(one.sql))
    return tuple(dict.fromkeys(found))


def _added(sql: str) -> Iterator[Key]:
    found = [t for t in tokens(sql) if t.lex not in (Lex.SPACE, Lex.COMMENT)]
    table: QualifiedName | None = None
    for at in range(len(found)):
        if _says(found, at, "alter", "table"):
            table = _name(found, _after(found, at + 2, "if", "exists", "only"))
        elif _says(found, at, "create"):
            table = None
        elif table is not None and _says(found, at, "foreign", "key"):
            yield from _key(table, found, at + 2)


def _key(table: QualifiedName, found: Sequence[Token], at: int) -> Iterator[Key]:
    columns = _names(found, at)
    at += 2 * len(columns) + 1
    other = _name(found, at + 1)
    if columns and other is not None and _says(found, at, "references"):
        yield Key(table, columns, other, _names(found, at + 4))


def _says(found: Sequence[Token], at: int, *words: str) -> bool:
    there = found[at : at + len(words)]
    return [one.text.lower() for one in there] == [*words]


def _after(found: Sequence[Token], at: int, *words: str) -> int:
    return next(i for i in range(at, len(found) + 1) if not any(_says(found, i, w) for w in words))


def _name(found: Sequence[Token], at: int) -> QualifiedName | None:
    """With its schema: without one a statement here has no search_path to find it by."""
    schema, dot, name = (*found[at : at + 3], *(None,) * 3)[:3]
    if schema is None or dot is None or name is None or dot.text != ".":
        return None
    return QualifiedName(schema.name, name.name) if schema.name and name.name else None


def _names(found: Sequence[Token], at: int) -> tuple[str, ...]:
    """What a list in parentheses names; nothing where there is no such list."""
    ends = (i for i in range(at, len(found)) if found[i].text == ")")
    if at >= len(found) or found[at].text != "(" or (end := next(ends, None)) is None:
        return ()
    return tuple(one.name for one in found[at + 1 : end : 2] if one.name)
