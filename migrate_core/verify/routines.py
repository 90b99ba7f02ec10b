"""Which routines raw SQL may have run, by their names in its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from migrate_core.pg.lexer import Lex, UnterminatedError, tokens
from migrate_core.pg.losing import losses, only_plans, statements
from migrate_core.pg.names import quote_ident
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph

_SAYS = {"comment", "grant", "revoke"}
_MAKES = {"create", "alter", "drop"}
_NOT_RUN = {"aggregate", "function", "procedure", "routine"}
_BETWEEN = {"or", "replace", "if", "not", "exists"}


def runs_nothing(sql: str) -> bool:
    """Whether it only speaks of what it names: comments, rights, plans that EXPLAIN makes, and what
    makes or drops routines."""
    return all(_only_speaks(words) for words in statements(sql))


def _only_speaks(words: Sequence[str]) -> bool:
    if words[0] in _SAYS or only_plans(words):
        return True
    what = next((word for word in words[1:] if word not in _BETWEEN), "")
    return words[0] in _MAKES and what in _NOT_RUN


def mentioned(sql: str, graph: SchemaGraph) -> Iterator[Routine]:
    """Routines that it names, and those that they name in turn: what may have been run."""
    if runs_nothing(sql):
        return
    by_name: dict[str, list[Routine]] = {}
    for routine in graph.routines:
        by_name.setdefault(_bare(routine), []).append(routine)
    waiting, seen = [sql], set[str]()
    while waiting:
        for name in names(waiting.pop()) & by_name.keys() - seen:
            seen.add(name)
            for routine in by_name[name]:
                waiting.append(routine.definition)
                yield routine


def names(text: str) -> set[str]:
    """Every name in it, those inside of its literals too: a DO block is one."""
    found: set[str] = set()
    try:
        for token in tokens(text):
            if token.name:
                found.add(token.name)
            elif token.lex is Lex.STRING:
                found |= set(re.findall(r"[A-Za-z_][A-Za-z0-9_$]*", token.text.lower()))
    except UnterminatedError:
        found |= set(re.findall(r"[A-Za-z_][A-Za-z0-9_$]*", text.lower()))
    return found


def _bare(routine: Routine) -> str:
    """`f` of `public.f(integer)`."""
    name = routine.name.removeprefix(f"{quote_ident(routine.schema)}.").partition("(")[0]
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def bodies(routine: Routine) -> Iterator[str]:
    """As DO blocks, whose words are looked through."""
    if routine.parsed:
        yield "DO '" + routine.definition.replace("'", "''") + "'"
        return
    for token in tokens(routine.definition):
        if token.lex is Lex.STRING:
            yield f"DO {token.text}"


def losing_words(routines: Iterable[Routine]) -> Iterator[str]:
    """Of routines that it names: whether they delete shows only where there are rows."""
    for routine in routines:
        found = dict.fromkeys(word for body in bodies(routine) for word in losses(body))
        if found:
            yield f"{routine.name} holds {', '.join(found)}"
