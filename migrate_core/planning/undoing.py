"""How far a step can be undone: one grade each, and the worst of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from migrate_core.operations.base import Effect
from migrate_core.planning.plan import Plan, Step
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import (
    LOSES_SEQUENCE_POSITION,
    NARROWS_COLUMN_TYPE,
    NO_INVERSE,
    OVERWRITES_VALUES,
)
from migrate_core.schema.refs import Ref


class UndoGrade(StrEnum):
    """Best first."""

    EXACT = "exact inverse"
    ARTIFACT = "data restored from an artifact"
    DEFINITION = "definition restored"
    LOST = "lost"

    @property
    def means(self) -> str:
        return _MEANS[self]


_MEANS = {
    UndoGrade.EXACT: "Undoing it leaves the schema and the rows as they were before it.",
    UndoGrade.ARTIFACT: "What it takes away is kept beside the live schema, and comes back from"
    " there, rows included, until it expires or is purged.",
    UndoGrade.DEFINITION: "The object comes back as it was defined; what it held does not.",
    UndoGrade.LOST: "Nothing undoes it by itself: what it changes stays changed.",
}
_ORDER = list(UndoGrade)
# The inverse brings the definition back, and values that it changed are not what they were.
_CHANGES_VALUES = {LOSES_SEQUENCE_POSITION.code, NARROWS_COLUMN_TYPE.code, OVERWRITES_VALUES.code}


def grades(plan: Plan) -> tuple[UndoGrade, ...]:
    """Of each step, in order."""
    return tuple(_each(plan))


def worst(plan: Plan) -> UndoGrade:
    return max(grades(plan), key=_ORDER.index, default=UndoGrade.EXACT)


def grade(plan: Plan, number: int) -> UndoGrade:
    return grades(plan)[number - 1]


def _each(plan: Plan) -> Iterator[UndoGrade]:
    created: set[Ref] = set()
    for step in plan.steps:
        yield _grade(step, created)
        created |= step.operation.makes()
        if step.operation.effect is Effect.CREATE:
            created.add(step.operation.subject)


def _grade(step: Step, created: set[Ref]) -> UndoGrade:
    operation = step.operation
    if operation.effect is Effect.FILL and not step.undo:
        # A column that the plan itself adds goes as a whole.
        mine = operation.subject in created or step.facts.is_new
        return UndoGrade.EXACT if mine else UndoGrade.LOST
    if step.is_script and not step.keeps_nothing:
        return _of_script(step)
    if not step.undo:
        return UndoGrade.LOST
    if step.keeps_nothing:
        return UndoGrade.DEFINITION
    if step.park is not None:
        return UndoGrade.ARTIFACT
    changed = {r.code for r in step.verdict.reasons if r.level is not Level.SAFE}
    if changed & _CHANGES_VALUES and not operation.keeps_values:
        return UndoGrade.DEFINITION
    return UndoGrade.EXACT


def _of_script(step: Step) -> UndoGrade:
    """Its `down` is what its author wrote, and nobody has proved it."""
    levels = [r.level for r in step.verdict.reasons if r.code == NO_INVERSE.code]
    if levels == [Level.SAFE]:
        return UndoGrade.EXACT  # it was seen to change nothing
    return UndoGrade.DEFINITION if step.undo else UndoGrade.LOST
