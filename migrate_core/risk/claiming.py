"""Functions that are declared to give the same for longer than they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from migrate_core.pg.lexer import Lex, Token
from migrate_core.risk.bodies import FREE_FORM, claim, words
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import WRONG_VOLATILITY, Reason
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph

# How statements begin that PostgreSQL refuses in what is not VOLATILE.
_WRITES = frozenset([("insert", "into"), ("delete", "from"), ("merge", "into")])
_NO_UPDATE = frozenset(["for", "do", "key", "or", "on"])  # what stands before another UPDATE
# PostgreSQL's own functions, of which nobody hides one on purpose.
_DRAWS = """
nextval setval lastval currval random random_normal gen_random_uuid uuidv4 uuidv7
uuid_generate_v1 uuid_generate_v4 clock_timestamp timeofday pg_notify set_config
"""
_ASKS = "now transaction_timestamp statement_timestamp current_setting txid_current"
_ASKS_BY_WORD = """
current_date current_time current_timestamp localtime localtimestamp current_user session_user
current_role current_schema
"""
_VOLATILE = frozenset(_DRAWS.split())
_STABLE = frozenset(_ASKS.split())
_STABLE_WORDS = frozenset(_ASKS_BY_WORD.split())
_QUERIES = frozenset(["select", "perform"])


def overclaiming(graph: SchemaGraph, new: Routine, was: Routine | None = None) -> Iterator[Reason]:
    """`graph` has the tables that it may read; what was so before is no news."""
    found = _found(graph, new)
    if found and (was is None or _found(graph, was) != found):
        said, level = found
        yield WRONG_VOLATILITY.because(f"{new.name} is declared {claim(new)}; {said}", level=level)


def _found(graph: SchemaGraph, routine: Routine) -> tuple[str, Level] | None:
    claimed = claim(routine)
    if claimed == "VOLATILE" or routine.language not in FREE_FORM:
        return None
    tokens = words(routine)
    names = [token.name if token.lex is Lex.WORD else token.text for token in tokens]
    if writes := next(_writes(names), ""):
        return f"PostgreSQL refuses its {writes.upper()} in every call", Level.HIGH
    called = {name for name, then in pairwise(names) if name and then == "("}
    if found := sorted(called & _VOLATILE):
        level = Level.HIGH if claimed == "IMMUTABLE" else Level.MEDIUM
        return f"it calls {found[0]}(), which is VOLATILE", level
    if claimed == "STABLE":
        return None
    if found := sorted(called & _STABLE) or sorted(_STABLE_WORDS.intersection(filter(None, names))):
        return f"it reads {found[0]}, which is STABLE", Level.HIGH
    if read := next(_read(graph, tokens), ""):
        return f"it reads {read}, whose rows change", Level.HIGH
    return None


def _writes(names: Sequence[str | None]) -> Iterator[str]:
    for before, word, then in zip(["", *names], names, names[1:], strict=False):
        if (word, then) in _WRITES or (word == "update" and before not in _NO_UPDATE):
            yield str(word)


def _read(graph: SchemaGraph, tokens: Sequence[Token]) -> Iterator[str]:
    """What stands after FROM or JOIN of a query, and is there. `extract(day FROM t)` is none."""
    there = {one.name.name: str(one.name) for one in (*graph.tables, *graph.views)}
    asks = [False]  # whether a query has begun, in each of the parentheses that are open
    for at, token in enumerate(tokens):
        word = token.name if token.lex is Lex.WORD else token.text
        if word == "(":
            asks.append(False)
        elif word == ")":
            asks = asks[:-1] or [False]
        elif word in _QUERIES or word == ";":
            asks[-1] = word != ";"
        elif asks[-1] and word in ("from", "join") and tokens[at - 1].name != "distinct":
            yield from filter(None, [there.get(_last(tokens[at + 1 :]))])


def _last(tokens: Sequence[Token]) -> str:
    """Of the name that they begin with."""
    first = [token for token in tokens[:4] if token.name != "only"]
    if len(first) > 2 and first[1].text == ".":
        first = first[2:]
    return (first[0].name or "") if first else ""
