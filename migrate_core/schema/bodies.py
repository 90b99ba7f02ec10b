"""What the string body of a routine names, of which pg_depend knows nothing.

A name is looked up without its schema and whatever it stands for: a wrong guess costs
nothing, because it only says what had better come first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from migrate_core.pg.lexer import Lex, Token, UnterminatedError, tokens
from migrate_core.schema.definitions import Routine
from migrate_core.schema.refs import IN_SCHEMA, ObjectKind, Ref
from migrate_core.schema.routines import bare_name


class Bodies:
    """Of the objects `refs`, those that a body names."""

    def __init__(self, refs: Iterable[Ref]) -> None:
        self._of_name: dict[str, list[Ref]] = defaultdict(list)
        self._routines: dict[str, list[Ref]] = defaultdict(list)
        for ref in refs:
            if ref.kind in IN_SCHEMA:
                self._of_name[ref.name].append(ref)
            elif ref.kind is ObjectKind.ROUTINE:
                self._of_name[_last(bare_name(ref))].append(ref)
                self._routines[bare_name(ref)].append(ref)
        self._seen: dict[str, frozenset[Ref]] = {}

    def named(self, thing: Any) -> frozenset[Ref]:
        """Nothing for what is no routine, or one whose body PostgreSQL parsed."""
        if not isinstance(thing, Routine) or thing.parsed or thing.kind == "aggregate":
            return frozenset()
        if thing.name not in self._seen:
            words = set(_words(thing.definition))
            refs = (ref for word in words for ref in self._of_name.get(word, ()))
            self._seen[thing.name] = frozenset(ref for ref in refs if ref.name != thing.name)
        return self._seen[thing.name]

    def overloads(self, ref: Ref) -> Iterator[Ref]:
        return (other for other in self._routines.get(bare_name(ref), ()) if other != ref)


def code(routine: Routine) -> list[Token]:
    """Of a body that is a string, all but comments and what lies between words."""
    strings = [token for token in tokens(routine.definition) if token.lex is Lex.STRING]
    return list(without_space(_inside(strings[-1]))) if strings else []


def without_space(found: Iterable[Token]) -> Iterator[Token]:
    return (token for token in found if token.lex not in (Lex.SPACE, Lex.COMMENT))


def _words(definition: str) -> Iterator[str]:
    """Names in the strings of a definition, the last of which is the body."""
    for token in tokens(definition):
        if token.lex is Lex.STRING:
            yield from (name for inner in _inside(token) if (name := inner.name))


def _inside(token: Token) -> Iterator[Token]:
    tag = token.text[: token.text.index("$", 1) + 1] if token.text.startswith("$") else "'"
    body = token.text.partition(tag)[2].removesuffix(tag)
    try:
        yield from tokens(body)
    except UnterminatedError:
        return  # of another language than SQL


def _last(name: str) -> str:
    """The name without its schema, unquoted."""
    parts = [token for token in tokens(name) if token.name]
    return (parts[-1].name if parts else None) or name
