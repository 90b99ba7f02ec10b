"""What a statement did, held against what it said it would do.

A problem fails the rehearsal: the verdict was given for something weaker. What turned out weaker
than declared is only remarked on: on a rehearsal without rows a branch may have been left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from migrate_core.pg.ddl import Statement
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.verify.relations import Held, Relation, Relations, belonging

RANK = {mode: rank for rank, mode in enumerate(LockMode)}
# What reading and writing rows takes: it makes no application wait, so it need not be declared.
_ORDINARY = LockMode.ROW_EXCLUSIVE

_TYPE = "c"  # what a composite type has in pg_class: nobody reads or writes it

Strongest = dict[int, LockMode]


class Doings(Struct, frozen=True, kw_only=True):
    """What one statement did. `held` is what it took, and what its transaction had before."""

    before: Relations
    after: Relations
    taken: Held
    held: Held
    rewrote: tuple[Relation, ...]
    scanned: tuple[Relation, ...]


def problems(statement: Statement, doings: Doings) -> Iterator[str]:
    """More than was declared."""
    yield from _too_strong(statement, doings)
    yield from _rewrites(statement, doings)
    yield from _scans(statement, doings)


def remarks(statement: Statement, doings: Doings, *, sampled: bool, blind: bool) -> Iterator[str]:
    """Less than was declared; of sampled locks nothing is said, nor of scans nobody counts."""
    if not sampled:
        yield from _too_weak(statement, doings)
    if statement.rewrites and not doings.rewrote:
        yield "a rewrite was declared, none was seen"
    if statement.scans and not doings.scanned and not blind:
        yield "a scan was declared, none was seen"


def strongest(held: Held) -> Strongest:
    found: Strongest = {}
    for oid, mode in held:
        found[oid] = max(found.get(oid, mode), mode, key=RANK.__getitem__)
    return found


def _too_strong(statement: Statement, doings: Doings) -> Iterator[str]:
    before = doings.before
    for oid, mode in sorted(doings.taken, key=lambda lock: (lock[0], RANK[lock[1]])):
        if oid not in before or before[oid].is_ours or before[oid].kind == _TYPE:
            continue
        declared = _declared(oid, statement, doings)
        if RANK[mode] > RANK[declared or _ORDINARY]:
            said = declared.value if declared else "none"
            name = before[oid].qualified
            yield f"{name} was locked {mode.value}, declared {said}: {statement.sql}"


def _too_weak(statement: Statement, doings: Doings) -> Iterator[str]:
    """Only of relations that were there, under the name that was declared."""
    numbers = {one.qualified: oid for oid, one in doings.before.items()}
    held = strongest(doings.held)
    for name, mode in statement.locks():
        oid = numbers.get(name)
        if oid is None:
            continue
        found = held.get(oid)
        if found is None or RANK[found] < RANK[mode]:
            really = found.value if found else "not at all"
            yield f"{name} was declared {mode.value}, locked {really}"


def _rewrites(statement: Statement, doings: Doings) -> Iterator[str]:
    """A sequence is one row: that it gets a file is worth no word."""
    for one in doings.rewrote:
        if one.kind in "rm" and not statement.rewrites:
            yield f"{one.qualified} was rewritten, which was not declared: {statement.sql}"
        elif one.kind == "i" and not (statement.rewrites or statement.scans):
            yield f"index {one.qualified} was rebuilt, which was not declared: {statement.sql}"


def _scans(statement: Statement, doings: Doings) -> Iterator[str]:
    """Reading all rows under a lock that lets others read and write is nobody's trouble.

    A lock that was declared counts as held: a look from outside may have come too late for it.
    """
    held = strongest(doings.held)
    for one in doings.scanned:
        declared = _declared(one.oid, statement, doings)
        modes = [mode for mode in (held.get(one.oid), declared) if mode]
        mode = max(modes, key=RANK.__getitem__, default=_ORDINARY)
        covered = declared is not None and (statement.scans or statement.rewrites)
        if RANK[mode] > RANK[_ORDINARY] and not covered:
            name = one.qualified
            yield f"{name} was scanned under {mode.value}, which was not declared: {statement.sql}"


def _declared(oid: int, statement: Statement, doings: Doings) -> LockMode | None:
    """The strongest mode declared on the relation, under either name, or on what it belongs to."""
    said: dict[QualifiedName, LockMode] = dict(statement.locks())
    modes = [
        said[one.qualified]
        for one in belonging(oid, doings.before, doings.after)
        if one.qualified in said
    ]
    return max(modes, key=RANK.__getitem__, default=None)


def names(relations: Iterable[Relation]) -> tuple[str, ...]:
    return tuple(sorted(str(one.qualified) for one in relations))
