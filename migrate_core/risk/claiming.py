"""Functions that are declared to give the same for longer than they do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from migrate_core.risk.bodies import FREE_FORM, claim, words
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import WRONG_VOLATILITY, Reason
from migrate_core.risk.touching import reads, spelled, writes
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph

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
    names = [spelled(token) for token in tokens]
    for verb, _rest in writes(tokens):
        return f"PostgreSQL refuses its {verb.upper()} in every call", Level.HIGH
    called = {name for name, then in pairwise(names) if name and then == "("}
    if found := sorted(called & _VOLATILE):
        level = Level.HIGH if claimed == "IMMUTABLE" else Level.MEDIUM
        return f"it calls {found[0]}(), which is VOLATILE", level
    if claimed == "STABLE":
        return None
    if found := sorted(called & _STABLE) or sorted(_STABLE_WORDS.intersection(filter(None, names))):
        return f"it reads {found[0]}, which is STABLE", Level.HIGH
    if read := next(reads(graph, tokens), None):
        return f"it reads {read}, whose rows change", Level.HIGH
    return None
