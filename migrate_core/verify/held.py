"""What the locks weigh that raw SQL keeps while it goes on working.

They are kept until its transaction ends, so what a lock costs is all that the SQL does, by the
size of the target's tables. In what order it did things cannot be seen: a lock that was taken
last counts as one that was taken first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Operation, Place
from migrate_core.pg.locks import LockMode
from migrate_core.pg.losing import statements
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, human_bytes
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.surroundings import human_seconds
from migrate_core.risk.verdict import most
from migrate_core.verify.relations import Relation, belonging
from migrate_core.verify.scripts import Script
from migrate_core.verify.undeclared import strongest

LONG_SECONDS = 1.0  # on a shadow, which has few rows
_TABLES = "rmp"
_VALIDATES = "validateConstraint"

FactsOf = Callable[[QualifiedName], Facts]


def holding(
    script: Script, facts_of: FactsOf, *, explained: Collection[QualifiedName], locks: bool
) -> Iterator[tuple[Facts, Reason]]:
    """With the facts of the table that is locked, of locks that others wait for.

    Args:
        explained: tables that operations that were seen take the locks of.
        locks: whether the SQL may lock by itself, as LOCK TABLE does.
    """
    if script.alone:
        return  # one statement alone, which lets go at its end
    held = strongest(script.doings.held)
    blocked = {number for number, mode in held.items() if mode.blocks_writes}
    worked = _worked_on(script)
    for one in _there(script):
        if blocked & (_chain(one, script) - {one.oid}):
            continue  # what it is a partition of is locked
        mode, facts = held.get(one.oid), facts_of(one.qualified)
        if mode is None or not stops(one, mode) or one.oid not in script.doings.after:
            continue
        about = f"{one.qualified}, in the target {facts.describe()}, is locked {mode}"
        work = [other for other in worked if one.oid not in _chain(other, script)]
        found = list(_while_working(script, about, work, facts_of))
        if not found and not _is_explained(one, script, explained):
            found = [_by_itself(about, facts, mode, locks=locks)]
        yield from ((facts, reason) for reason in found)


def stops(one: Relation, mode: LockMode) -> bool:
    """Whether readers or writers wait for it: nobody writes to a materialized view."""
    return mode.blocks_reads if one.kind == "m" else mode.blocks_writes


def locked_by(operation: Operation, place: Place) -> Iterator[QualifiedName]:
    """Tables that an operation locks, or is about."""
    if operation.relation:
        yield operation.relation
    yield from operation.follows()
    yield from (name for name, _mode in _locks(operation, place))


def validating(script: Script, operations: Sequence[Operation]) -> Mapping[QualifiedName, LockMode]:
    """What a lone ALTER TABLE ... VALIDATE CONSTRAINT locks: it lets go before anybody looks."""
    found = list(statements(script.sql))
    words = found[0] if len(found) == 1 else [""]
    validates = words[:2] == ["alter", "table"] and words.count("validate") == words.count(",") + 1
    if not script.alone or not validates or {one.kind for one in operations} != {_VALIDATES}:
        return {}
    place = Place(migration_id="", step=1, major=script.major)
    return dict(lock for one in operations for lock in _locks(one, place))


def _locks(operation: Operation, place: Place) -> Iterator[tuple[QualifiedName, LockMode]]:
    try:
        stages = operation.stages(place)
    except (UnboundOperationError, ValueError):
        return
    yield from (
        lock for one in stages for statement in one.statements for lock in statement.locks()
    )


def _while_working(
    script: Script, about: str, work: Sequence[Relation], facts_of: FactsOf
) -> Iterator[Reason]:
    total, unknown = 0, []
    for other in work:
        facts = facts_of(other.qualified)
        if facts.is_empty:
            continue
        if facts.size is None or facts.size.bytes is None:
            unknown.append(str(other.qualified))
        else:
            total += facts.size.bytes
    level = Level.HIGH if unknown else most(total)
    names = ", ".join(str(other.qualified) for other in work)
    if level is not Level.LOW:
        size = f"{', '.join(unknown)}: not measured" if unknown else human_bytes(total)
        said = f"{about} while {names} is read or written ({size})"
        yield why.HOLDS_LOCK.because(said, level=level)
    elif script.seconds >= LONG_SECONDS:
        took = human_seconds(script.seconds)
        yield why.HOLDS_LOCK.because(f"{about} until all is done: {took} on the shadow already")


def _by_itself(about: str, facts: Facts, mode: LockMode, *, locks: bool) -> Reason:
    """Nothing was seen that needs the lock: somebody wants to do something under it, or a
    statement found nothing to do."""
    waits = "reads and writes wait" if mode.blocks_reads else "writes wait"
    if not locks:
        said = f"{about}, and nothing was seen to be changed there; {waits} until all is done"
        return why.HOLDS_LOCK.because(said, level=Level.LOW)
    size = facts.size.bytes if facts.size else None
    said = f"{about} by the SQL itself; {waits} until its transaction ends"
    return why.HOLDS_LOCK.because(said, level=Level.HIGH if size is None else most(size))


def _there(script: Script) -> list[Relation]:
    """Tables that were there before it, in order of their names."""
    found = [one for one in script.doings.before.values() if one.kind in _TABLES]
    return sorted((one for one in found if not one.is_ours), key=lambda one: one.qualified)


def _worked_on(script: Script) -> list[Relation]:
    """Tables that it read from end to end, wrote anew, or whose indexes it did."""
    doings = script.doings
    numbers = {one.oid for one in doings.scanned}
    for one in doings.rewrote:
        numbers |= {side.oid for side in belonging(one.oid, doings.before)}
    return [one for one in _there(script) if one.oid in numbers]


def _chain(one: Relation, script: Script) -> set[int]:
    """It, and what it is a partition of."""
    return {side.oid for side in belonging(one.oid, script.doings.before)}


def _is_explained(one: Relation, script: Script, explained: Collection[QualifiedName]) -> bool:
    """By what was done to it, or to what it is a partition of."""
    doings = script.doings
    chain = list(belonging(one.oid, doings.before, doings.after))
    own = one.oid in {other.oid for other in _worked_on(script)}
    return own or any(side.qualified in explained for side in chain)
