"""The columns and constraints that a CREATE TABLE names, each with where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrate_core.pg.lexer import Lex, Token, tokens

_TABLE_WORDS = frozenset({"constraint", "primary", "unique", "check", "foreign", "exclude", "like"})
# Behind these, parentheses hold something else than elements.
_OTHER_LISTS = frozenset({"values", "in", "from", "to", "with", "by", "inherits", "as", "select"})
# The word that makes a constraint -> how PostgreSQL ends the name it gives it.
_ENDINGS = {"unique": "key", "references": "fkey", "foreign": "fkey", "check": "check"}


class Named(NamedTuple):
    kind: str  # column or constraint
    name: str
    offset: int  # in the statement's text


def elements(text: str, table: str) -> Iterator[Named]:
    """Of the statement `text`, which creates `table`; constraints without a name have the one
    that PostgreSQL gives them, where that follows from the columns they name."""
    for element in _split(text):
        yield from _element(element, table)


def _split(text: str) -> Iterator[list[tuple[int, Token]]]:
    """The tokens of each element, with how deep in parentheses each is."""
    depth, before = 0, ""
    element: list[tuple[int, Token]] = []
    for token in (t for t in tokens(text) if t.lex not in (Lex.SPACE, Lex.COMMENT)):
        if token.text == ")":
            depth -= 1
            if depth == 0:
                yield element
                return
        if depth == 1 and token.text == ",":
            yield element
            element = []
        elif depth:
            element.append((depth, token))
        if token.text == "(":
            if not depth and before in _OTHER_LISTS:
                return
            depth += 1
        before = token.text.lower()


def _element(element: list[tuple[int, Token]], table: str) -> Iterator[Named]:
    top = [token for depth, token in element if depth == 1]
    if not top or not top[0].name:
        return
    first = top[0]
    if first.lex is Lex.WORD and first.text.lower() in _TABLE_WORDS:
        yield from _table_constraint(element, top, table)
        return
    yield Named("column", first.name or "", first.start)
    yield from _column_constraints(top[1:], table, first.name or "")


def _table_constraint(
    element: list[tuple[int, Token]], top: list[Token], table: str
) -> Iterator[Named]:
    word, start = top[0].text.lower(), top[0].start
    if word == "constraint":
        if top[1:] and top[1].name:
            yield Named("constraint", top[1].name, start)
    elif word == "primary":
        yield Named("constraint", f"{table}_pkey", start)
    elif word in ("unique", "foreign"):
        columns = _first_list(element)
        yield Named("constraint", "_".join([table, *columns, _ENDINGS[word]]), start)


def _first_list(element: list[tuple[int, Token]]) -> list[str]:
    found: list[str] = []
    for depth, token in element:
        if depth > 1 and token.name:
            found.append(token.name)
        elif depth == 1 and found:
            break
    return found


def _column_constraints(rest: list[Token], table: str, column: str) -> Iterator[Named]:
    named = False
    for at, token in enumerate(rest):
        word = token.text.lower() if token.lex is Lex.WORD else ""
        if word == "constraint" and rest[at + 1 :] and rest[at + 1].name:
            named = True
            yield Named("constraint", rest[at + 1].name or "", token.start)
        elif word == "primary" and not named:
            yield Named("constraint", f"{table}_pkey", token.start)
        elif word in _ENDINGS:
            if not named:
                yield Named("constraint", f"{table}_{column}_{_ENDINGS[word]}", token.start)
            named = False
