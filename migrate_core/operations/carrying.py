"""Taking along what leans on a parked object, and putting it back: by the kinds of each part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NoReturn

import msgspec

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Effect, Operation, Place
from migrate_core.operations.creation import creating, removing, statements_of
from migrate_core.pg.ddl import Stage, Statement, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.dependants import Dependants
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint
from migrate_core.schema.refs import RELATIONS, ObjectKind, Ref
from migrate_core.schema.returning import Names, misfits


def letting_go(along: Dependants | None, place: Place) -> tuple[Stage, ...]:
    """Foreign keys of other tables go first, each in a transaction of its own: dropping one
    locks both tables."""
    return tuple(
        stage(*statements_of([op], place)) for op in _going(along) if _is_foreign(along, op)
    )


def taking_along(along: Dependants | None, place: Place) -> tuple[Statement, ...]:
    """Whatever else goes, in the transaction that parks what it leans on."""
    others = (op for op in _going(along) if not _is_foreign(along, op))
    return tuple(statements_of(others, place))


def taking_all_along(along: Dependants | None, place: Place) -> tuple[Statement, ...]:
    """The same where rows are copied: nothing may be committed before that."""
    keys = (statement for one in letting_go(along, place) for statement in one.statements)
    return (*keys, *taking_along(along, place))


def putting_back(along: Dependants | None, place: Place) -> tuple[Stage, ...]:
    """What is made comes with its rights in one transaction: nobody finds it without."""
    found: list[Stage] = []
    made: Ref | None = None
    for operation in returning(along):
        stages = operation.stages(place)
        if operation.looks_last and made and _is_of(operation.subject, made):
            rights = (statement for one in stages for statement in one.statements)
            found[-1] = stage(*found[-1].statements, *rights)
            continue
        found += stages
        whole = operation.moment is Effect.CREATE and len(stages) == 1
        made = operation.subject if whole else None
    return tuple(found)


def _is_of(ref: Ref, whole: Ref) -> bool:
    """Whether it is the object itself, or a column of it."""
    column = ref.kind is ObjectKind.COLUMN and whole.kind in RELATIONS
    return ref == whole or (column and ref.relation == whole.relation)


def refuse_misfits(operation: Operation, graph: SchemaGraph, along: Dependants | None) -> None:
    """
    Raises:
        UnboundOperationError: something that would come back has no place any more, or
            leans on what has changed since. `graph` is the schema without it.
    """
    found = list(misfits(graph, along))
    if found:
        _refuse(operation, found)


def refuse_taken(operation: Operation, graph: SchemaGraph, names: Iterable[QualifiedName]) -> None:
    """
    Raises:
        UnboundOperationError: another relation has one of the names by now.
    """
    found = list(Names(graph).taken(names))
    if found:
        _refuse(operation, found)


def _refuse(operation: Operation, found: list[str]) -> NoReturn:
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    raise UnboundOperationError(
        f"{operation.kind}: {operation.label} cannot come back whole: {found[0]}{more}",
        detail="; ".join(found) + ".",
        hint="Make room for it, or put back what it leans on; then restore.",
    )


def in_today(along: Dependants | None, graph: SchemaGraph) -> Dependants | None:
    """What is to come back, born under the default privileges that are there now."""
    if along is None:
        return None
    piece = msgspec.structs.replace(
        along.piece, default_privileges=graph.default_privileges, reader=graph.reader
    )
    return msgspec.structs.replace(along, piece=piece)


def taken_along(along: Dependants | None) -> Iterator[Reason]:
    """What goes with it, and what each of them means for those who use it."""
    if along is None:
        return
    yield why.PARKS_DEPENDANTS.because(", ".join(along.in_words()))
    for operation in _going(along):
        if not operation.loses_data:  # what is computed is lost to nobody
            yield from operation.reasons(Facts())


def brought_back(along: Dependants | None) -> Iterator[Reason]:
    for operation in returning(along):
        yield from operation.reasons(Facts())


def _going(along: Dependants | None) -> tuple[Operation, ...]:
    return removing(along.piece, along.rest) if along else ()


def returning(along: Dependants | None) -> tuple[Operation, ...]:
    return creating(along.rest, along.piece) if along else ()


def _is_foreign(along: Dependants | None, operation: Operation) -> bool:
    found = along.piece.get(operation.subject) if along else None
    return isinstance(found, Constraint) and found.references is not None
