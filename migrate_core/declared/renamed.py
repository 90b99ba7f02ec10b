"""`-- renamed from: old` in declared SQL: an answer that travels with the schema.

Above CREATE TABLE it speaks of the table, as it does above what creates a type, a view, a
sequence or a routine; in a table's parentheses, behind a column or on a line of its own above
it, of that column. It is heeded while the target still has the old name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from migrate_core.declared.statements import Statement
from migrate_core.errors import InvalidNameError
from migrate_core.pg.lexer import Lex, Token, tokens
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Rename
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import named

_SAYS = re.compile(r"--\s*renamed from:\s*(?P<old>\"(?:[^\"]|\"\")+\"|[\w$]+)\s*$", re.IGNORECASE)
_NAMED = ("table", "view", "sequence", "type", "domain", "function", "procedure", "aggregate")
_DEFAULT_SCHEMA = "public"  # what an unqualified name means in a declared file


class RenamedFrom(Struct, frozen=True, kw_only=True):
    """What a comment says: `table`, or its column `column`, was called `old`.

    `table` may be another object that has a name.
    """

    table: QualifiedName
    column: str = ""
    old: str


def said(statements: Iterable[Statement]) -> tuple[RenamedFrom, ...]:
    return tuple(found for statement in statements for found in _of(statement))


def written(new: str, old: str) -> RenamedFrom:
    """An entry of zanith.toml: "people", "shop.people" or "shop.people.mail", and the old name.

    Raises:
        InvalidNameError: it is none of these.
    """
    head, dot, last = new.rpartition(".")
    if "." in head:
        column = QualifiedName.parse(f"x.{last}").name
        return RenamedFrom(table=QualifiedName.parse(head), column=column, old=old)
    return RenamedFrom(
        table=QualifiedName.parse(new if dot else f"{_DEFAULT_SCHEMA}.{new}"), old=old
    )


def answers(found: Iterable[RenamedFrom], live: SchemaGraph) -> tuple[Rename, ...]:
    """Those that still have to be carried out in `live`."""
    hints = tuple(found)
    was = {hint.table: hint.table.renamed(hint.old) for hint in hints if not hint.column}
    renames: list[Rename] = []
    for hint in hints:
        here = hint.table if live.table(hint.table) else was.get(hint.table, hint.table)
        table = live.table(here)
        if table is None:
            renames += [] if hint.column else _other(live, hint)
            continue
        if not hint.column and here != hint.table:
            renames.append(Rename(old=Ref.of(ObjectKind.TABLE, here), new=hint.table.name))
        elif hint.column and table.column(hint.old) and not table.column(hint.column):
            renames.append(Rename(old=column_ref(here, hint.old), new=hint.column))
    return tuple(renames)


def _other(live: SchemaGraph, hint: RenamedFrom) -> Iterator[Rename]:
    """Of a type, a view, a sequence or a routine; nothing where several have the old name."""
    old = list(named(live, hint.table.renamed(hint.old)))
    if len(old) == 1 and not any(named(live, hint.table)):
        yield Rename(old=old[0], new=hint.table.name)


def _of(statement: Statement) -> Iterator[RenamedFrom]:
    kind = next((k for k in statement.keywords[:4] if k in _NAMED), None)
    name = _name(statement, kind) if kind and statement.begins("create") else None
    if name is None:
        return
    old = _above(statement)
    if old:
        yield RenamedFrom(table=name, old=old)
    for column, before in _columns(statement.text) if kind == "table" else ():
        yield RenamedFrom(table=name, column=column, old=before)


def _name(statement: Statement, kind: str) -> QualifiedName | None:
    at = statement.keywords.index(kind) + 1
    if statement.keywords[at : at + 3] == ("if", "not", "exists"):
        at += 3
    names = statement.names[at : at + 3]
    if not names or names[0] is None:
        return None
    if statement.words[at + 1 : at + 2] and statement.words[at + 1].text == ".":
        return QualifiedName(names[0], names[2]) if names[2:] and names[2] else None
    return QualifiedName(_DEFAULT_SCHEMA, names[0])


def _above(statement: Statement) -> str | None:
    """What the comment lines right above a statement say."""
    for line in reversed(statement.file.text[: statement.start].splitlines()):
        text = line.strip()
        if not text.startswith("--"):
            return None
        if old := _old(text):
            return old
    return None


class _Body:
    """Reads the parentheses of CREATE TABLE element by element."""

    def __init__(self) -> None:
        self.depth, self.is_new = 0, False
        self.element = ""  # the column or the keyword that an element begins with
        self.on_line = ""  # the same, where it stands on this line
        self.pending: str | None = None  # said on a line of its own

    def read(self, token: Token) -> tuple[str, str] | None:
        if token.lex is Lex.COMMENT:
            return self._comment(token)
        if token.lex is Lex.SPACE:
            self.on_line = "" if "\n" in token.text else self.on_line
            return None
        self.depth += {"(": 1, ")": -1}.get(token.text, 0)
        if self.depth == 1 and token.text in ("(", ","):
            self.is_new = True
            return None
        return self._begins(token)

    def _comment(self, token: Token) -> tuple[str, str] | None:
        old = _old(token.text)
        if old and self.on_line:
            return self.on_line, old
        self.pending = old or self.pending
        return None

    def _begins(self, token: Token) -> tuple[str, str] | None:
        old = None
        if self.is_new:
            self.element, self.is_new = token.name or "", False
            old, self.pending = self.pending, None
        self.on_line = self.element
        return (self.element, old) if old and self.element else None


def _columns(text: str) -> Iterator[tuple[str, str]]:
    """(column, its old name) of each comment in the parentheses of CREATE TABLE."""
    body = _Body()
    return (found for token in tokens(text) if (found := body.read(token)))


def _old(comment: str) -> str | None:
    match = _SAYS.match(comment.strip())
    if match is None:
        return None
    try:
        return QualifiedName.parse(f"x.{match['old']}").name
    except InvalidNameError:
        return None
