"""Which relations the statements inside a rule or a parsed body write to.

PostgreSQL locks them when the rule or the routine is created: it analyses the statements.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.lexer import Lex, Token, tokens
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName

_SKIPPED = {Lex.SPACE, Lex.COMMENT}
_BEFORE_A_TARGET = {("insert", "into"), ("merge", "into"), ("delete", "from")}


def written(sql: str) -> tuple[tuple[QualifiedName, LockMode], ...]:
    """Each target once, with the lock that analysing the statement takes."""
    found = [token for token in tokens(sql) if token.lex not in _SKIPPED]
    names = {name for at in range(len(found)) if (name := _target(found, at))}
    return tuple((name, LockMode.ROW_EXCLUSIVE) for name in sorted(names))


def _target(found: list[Token], at: int) -> QualifiedName | None:
    words = list(_names(found[at : at + 3]))
    if tuple(words[:2]) in _BEFORE_A_TARGET:
        at += 2
    elif words[:1] == ["update"]:
        at += 1
    else:
        return None
    if at < len(found) and found[at].name == "only":
        at += 1
    schema, dot, name = (*found[at : at + 3], None, None, None)[:3]
    if schema and name and dot and dot.text == "." and schema.name and name.name:
        return QualifiedName(schema.name, name.name)
    return None


def _names(found: list[Token]) -> Iterator[str | None]:
    return (token.name for token in found)
