"""Bodies of routines that are text, and fail from a change on of which PostgreSQL says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.bodies import FREE_FORM
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import UNTRACKED_DEPENDENCIES, Reason
from migrate_core.schema.bodies import code
from migrate_core.schema.definitions import Composite, Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Index
from migrate_core.schema.refs import RELATIONS, ObjectKind, Ref
from migrate_core.schema.rules import is_whole, top_level_lists

Words = Sequence[str]
# Before a parenthesis they call nothing: what stands in it is a row.
_BEFORE_A_ROW = frozenset(
    ["return", "select", "values", "set", "when", "then", "else", "and", "or", "not", "in", "on"]
)


def words_of(routine: Routine) -> Words:
    """Its body; a symbol of several signs is several words."""
    if routine.parsed or routine.language not in FREE_FORM:
        return ()
    return [token.name or token.text for token in code(routine)]


def fails(routine: Routine, said: str) -> Reason:
    return UNTRACKED_DEPENDENCIES.because(f"{routine.name} {said}", level=Level.HIGH)


def is_named(words: Words, name: QualifiedName, *, alone: bool = True) -> bool:
    """Whether they begin with it: with its schema, or without where it is `alone`."""
    if list(words[:3]) == [name.schema, ".", name.name]:
        return True
    return alone and list(words[:1]) == [name.name] and list(words[1:2]) != ["."]


def still_named(graph: SchemaGraph, ref: Ref) -> Iterator[Reason]:
    """A relation, or one and its column, that is gone from `graph`."""
    if graph.get(ref) is not None or ref.kind not in (*RELATIONS, ObjectKind.COLUMN):
        return
    wanted = {name for name in (ref.name, ref.part) if name}
    for routine in graph.routines:
        if wanted <= set(words_of(routine)):
            yield fails(routine, f"names {ref}, and is not changed along with it")


# REFRESH MATERIALIZED VIEW CONCURRENTLY ---------------------------------------------------------


def unrefreshable(graph: SchemaGraph, view: QualifiedName) -> Iterator[Reason]:
    """It asks for a unique index of columns alone, over all rows."""
    found = graph.relation(view)
    if found is None or any(map(_tells_apart, found.indexes)):
        return
    for routine in graph.routines:
        words = words_of(routine)
        starts = (at for at, word in enumerate(words) if word == "concurrently")
        if any(_refreshes(words, at, view) for at in starts):
            yield fails(
                routine,
                f"refreshes {view} CONCURRENTLY, which needs a unique index of its columns",
            )


def _refreshes(words: Words, at: int, view: QualifiedName) -> bool:
    before = list(words[max(at - 3, 0) : at])
    return before == ["refresh", "materialized", "view"] and is_named(words[at + 1 :], view)


def _tells_apart(index: Index) -> bool:
    start, end = next(top_level_lists(index.definition))
    computes = "(" in index.definition[start + 1 : end]
    return index.unique and index.valid and is_whole(index) and not computes


# ROW(...)::type ---------------------------------------------------------------------------------


def short_rows(graph: SchemaGraph, old: Composite, new: Composite) -> Iterator[Reason]:
    """Rows that had as many fields as the type: a cast takes no others."""
    had, has = len(old.attributes), len(new.attributes)
    for routine in graph.routines:
        if had != has and had in _rows_of(routine, new.name):
            said = f"makes a {new.name} of {had} fields, and the type has {has}"
            yield fails(routine, said)


def _rows_of(routine: Routine, type_: QualifiedName) -> Iterator[int]:
    """How many fields the rows have that become one of the type."""
    words = words_of(routine)
    for at, word in enumerate(words):
        if word != "(" or not _begins_row(words, at):
            continue
        end, count = _row(words, at)
        after = words[end + 1 :]
        is_cast = list(after[:2]) == [":", ":"] and is_named(after[2:], type_)
        in_words = list(after[:1]) == ["as"] and is_named(after[1:], type_)
        is_given = routine.result == str(type_) and list(after[:1]) == [";"]
        if is_cast or in_words or (is_given and "return" in words[max(at - 2, 0) : at]):
            yield count


def _begins_row(words: Words, at: int) -> bool:
    before = words[at - 1] if at else ""
    return before == "row" or before in _BEFORE_A_ROW or not before.isidentifier()


def _row(words: Words, start: int) -> tuple[int, int]:
    """Where it ends, and how many fields it has; 0 where that is not written down."""
    depth, count = 0, 1
    for at in range(start, len(words)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(words[at], 0)
        count += words[at] == "," and depth == 1
        if depth == 0:
            return at, 0 if words[at - 1] in ("*", "(") else count
    return len(words), 0
