"""Columns that get the name of a parameter or a variable of a routine that reads their table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.outdated import Words, fails, is_named, words_of
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph

# Where a statement, or what is asked before one, ends.
_ENDS = frozenset([";", "begin", "then", "else", "loop", "declare"])
_SETS = frozenset(["union", "except", "intersect"])
_READS = frozenset(["from", "join", "update", "using", "only"])
# What stands before a name that is no column, or after.
_NO_VALUE_AFTER = frozenset([".", "as", "into", "for", "foreach", ":"])
_NO_VALUE_BEFORE = frozenset([".", "(", "as"])


def clashing(graph: SchemaGraph, table: QualifiedName, column: str) -> Iterator[Reason]:
    """PL/pgSQL refuses a name that is both; an SQL function takes the column without a word.

    Source: PostgreSQL documentation, "Variable Substitution" and CREATE FUNCTION; calls of
    such on 15 and 18.
    """
    named = sum(one.name.name == table.name for one in graph.tables)
    for routine in graph.routines:
        words = words_of(routine)
        if "variable_conflict" in words or column not in _own_names(routine, words):
            continue
        parts = _statements(words)
        if any(_is_read(part, table, column, alone=named == 1) for part in parts):
            so = "each call fails" if routine.language == "plpgsql" else "it reads the column"
            yield fails(routine, f"names {column}, its own and a column of {table} now: {so}")


def _own_names(routine: Routine, words: Words) -> set[str]:
    is_block = routine.language == "plpgsql"
    given = {one.name for one in routine.arguments if one.is_input or is_block}
    return (given | _variables(words) if is_block else given) & set(words)


def _variables(words: Words) -> set[str]:
    found: set[str] = set()
    is_open = False
    for before, word in pairwise(words):
        is_open = (is_open or before == "declare") and word != "begin"
        if is_open and before in ("declare", ";"):
            found.add(word)
    return found


def _statements(words: Words) -> Iterator[Words]:
    start = 0
    for at, word in enumerate(words):
        if word in _ENDS:
            yield words[start:at]
            start = at + 1
    yield words[start:]


def _is_read(words: Words, table: QualifiedName, column: str, *, alone: bool) -> bool:
    """Whether the name stands alone where the table's columns are seen."""
    for at in range(1, len(words)):
        start, end = _around(words, at)
        is_source = words[at - 1] in _READS or (words[at - 1] == "," and "from" in words[start:at])
        if not is_source or not is_named(words[at:], table, alone=alone):
            continue
        if not _is_another(words[start:end], column):
            values = (one for one in range(start, end) if words[one] == column)
            if any(_is_value(words, one) for one in values):
                return True
    return False


def _is_another(words: Words, name: str) -> bool:
    """Whether something else in the query goes by it, or the query is of several."""
    renamed = {(name, "."), ("as", name)} & set(pairwise(words))
    return bool(renamed or _SETS & set(words))


def _around(words: Words, at: int) -> tuple[int, int]:
    """The innermost parentheses, or the whole statement."""
    start, depth = at, 0
    while start > 0 and depth < 1:
        start -= 1
        depth += {"(": 1, ")": -1}.get(words[start], 0)
    end, depth = at, 0
    while end < len(words) and depth >= 0:
        depth += {"(": 1, ")": -1}.get(words[end], 0)
        end += 1
    return start, end


def _is_value(words: Words, at: int) -> bool:
    """Not what a value is put into, or in a list of columns."""
    if at == 0:
        return False
    before, after = words[at - 1], words[at + 1] if at + 1 < len(words) else ""
    is_set = before in ("set", ",") and after == "="
    in_list = words[max(at - 2, 0) : at] == ["using", "("] or _is_target(words, at)
    return not (before in _NO_VALUE_AFTER or after in _NO_VALUE_BEFORE or is_set or in_list)


def _is_target(words: Words, at: int) -> bool:
    """In the list after INTO: of columns that are inserted, or of variables that are filled."""
    begins = max((n for n in range(at) if words[n] == "into"), default=None)
    if begins is None:
        return False
    return not {"select", "values", "from", "where", "set", "returning"} & set(words[begins:at])
