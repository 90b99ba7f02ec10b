"""The text of raw SQL and of the routines that it names: it adds weight, and takes none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migrate_core.pg.lexer import Lex, UnterminatedError, tokens
from migrate_core.pg.losing import losses
from migrate_core.pg.names import quote_ident
from migrate_core.schema.definitions import Routine
from migrate_core.verify.scripts import Script

_OUTSIDE = re.compile(
    r"\b(dblink\w*|pg_notify|notify|pg_terminate_backend|pg_cancel_backend|lo_export|lo_import"
    r"|pg_read_\w+|pg_write_\w+|pg_file_\w+|program|http_\w+)\b",
    re.IGNORECASE,
)
_DYNAMIC = re.compile(r"\bexecute\b(?!\s+(function|procedure)\b)", re.IGNORECASE)


def outside(texts: Iterable[str]) -> list[str]:
    """Words that reach beyond this database."""
    return sorted({m.group().lower() for text in texts for m in _OUTSIDE.finditer(text)})


def is_dynamic(texts: Iterable[str]) -> bool:
    return any(_DYNAMIC.search(text) for text in texts)


def losing_words(routines: Iterable[Routine]) -> Iterator[str]:
    """Of routines that it names: whether they delete shows only where there are rows."""
    for routine in routines:
        found = dict.fromkeys(word for body in bodies(routine) for word in losses(body))
        if found:
            yield f"{routine.name} holds {', '.join(found)}"


def mentioned(script: Script) -> Iterator[Routine]:
    """Routines that it names, and those that they name in turn: what may have been run."""
    by_name: dict[str, list[Routine]] = {}
    for routine in script.after.graph.routines:
        by_name.setdefault(_bare(routine), []).append(routine)
    waiting, seen = [script.sql], set[str]()
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
