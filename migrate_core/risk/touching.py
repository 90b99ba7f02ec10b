"""What the statements in a routine's body read and write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from migrate_core.pg.lexer import Lex, Token
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.bodies import FREE_FORM, words
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph

# How statements begin that write.
_WRITES = frozenset([("insert", "into"), ("delete", "from"), ("merge", "into")])
_NO_UPDATE = frozenset(["for", "do", "key", "or", "on"])  # what stands before another UPDATE
_QUERIES = frozenset(["select", "perform"])
_ASKED = {"merge": "update"}


def touched(graph: SchemaGraph, routine: Routine) -> tuple[tuple[str, QualifiedName], ...]:
    """Rights that its own statements ask for, and relations that are there; not those of what it
    puts together while it runs."""
    if routine.kind == "aggregate" or routine.language not in FREE_FORM:
        return ()
    found = words(routine)
    asked = [
        (_ASKED.get(verb, verb).upper(), name)
        for verb, rest in writes(found)
        if (name := _relation(graph, rest))
    ]
    asked += [("SELECT", name) for name in reads(graph, found)]
    return tuple(dict.fromkeys(asked))


def spelled(token: Token) -> str | None:
    """A name in quotes is no keyword."""
    return token.name if token.lex is Lex.WORD else token.text


def writes(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """The verb of each statement that writes rows, and what follows it."""
    names = [spelled(token) for token in tokens]
    for at, (word, then) in enumerate(pairwise(names)):
        if word and (word, then) in _WRITES:
            yield word, tokens[at + 2 :]
        elif word == "update" and (not at or names[at - 1] not in _NO_UPDATE):
            yield word, tokens[at + 1 :]


def reads(graph: SchemaGraph, tokens: Sequence[Token]) -> Iterator[QualifiedName]:
    """What stands after FROM or JOIN of a query, and is there. `extract(day FROM t)` is none."""
    asks = [False]  # whether a query has begun, in each of the parentheses that are open
    for at, token in enumerate(tokens):
        word = spelled(token)
        if word == "(":
            asks.append(False)
        elif word == ")":
            asks = asks[:-1] or [False]
        elif word in _QUERIES or word == ";":
            asks[-1] = word != ";"
        elif asks[-1] and word in ("from", "join") and tokens[at - 1].name != "distinct":
            yield from filter(None, [_relation(graph, tokens[at + 1 :])])


def _relation(graph: SchemaGraph, tokens: Sequence[Token]) -> QualifiedName | None:
    """The relation whose name they begin with; without its schema, one of that name."""
    found = [token for token in tokens[:4] if token.name != "only"]
    if len(found) > 2 and found[1].text == ".":
        schema, name = found[0].name, found[2].name
        one = graph.relation(QualifiedName(schema, name)) if schema and name else None
        return one.name if one else None
    last = found[0].name if found else None
    there = (*graph.tables, *graph.views)
    return next((one.name for one in there if one.name.name == last), None)
