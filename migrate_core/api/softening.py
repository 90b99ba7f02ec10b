"""Make it safe: a migration in which risky steps have their online or recoverable form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from migrate_core.api.plans import plan
from migrate_core.api.schemas import Schemas, after, after_all, found
from migrate_core.diff.diff import diff
from migrate_core.diff.expand import refuse_together
from migrate_core.errors import MisuseError, UnboundOperationError, UncoveredChangeError
from migrate_core.files.migration import Migration, dump, new_id
from migrate_core.files.schema import SCHEMA_FILE
from migrate_core.operations.base import Operation, Safer
from migrate_core.operations.expansion import Expansion
from migrate_core.pg.connect import Endpoint
from migrate_core.planning.plan import Plan, Step
from migrate_core.risk.levels import Level
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value
from migrate_core.schema.refs import Ref

Values = Mapping[Ref, str]  # new column -> SQL that gives existing rows their value
NO_VALUES: Values = {}


class SafeForm(Value, frozen=True, kw_only=True):
    """A migration written anew, and the second one where a column is expanded."""

    migration: Migration
    contract: Migration | None = None
    became: dict[int, tuple[int, ...]]  # every step's number -> those of the new plan
    steps: tuple[int, ...] = ()  # the old numbers of what is another now

    @property
    def said(self) -> str:
        """For the record: `step 1 became softDropColumn`."""
        parts = [part for op in self.migration.operations for part in op.parts()]
        kinds = {n: [parts[at - 1].kind for at in self.became[n]] for n in self.steps}
        return ", ".join(f"step {n} became {' and '.join(k)}" for n, k in kinds.items())


class Softer(Value, frozen=True, kw_only=True):
    """One step before and after, as both plans judge it."""

    number: int
    label: str
    kind: str
    level: Level
    score: int
    kinds: tuple[str, ...]
    safer_level: Level
    safer_score: int
    later: tuple[str, ...] = ()  # of the second migration


class Softened(Value, frozen=True, kw_only=True):
    form: SafeForm
    before: Plan
    after: Plan
    steps: tuple[Softer, ...]
    text: str
    contract_text: str = ""


def soften(
    endpoint: Endpoint,
    migration: Migration,
    steps: Sequence[int] = (),
    *,
    values: Values = NO_VALUES,
    earlier: Sequence[Migration] = (),
    taken: Collection[str] = (),
    schemas: Schemas = None,
    schema: str = "",
) -> Softened:
    """Plan it, write these steps (by default all that can be) in their safer form, plan that.

    `taken` are ids that a second migration may not have.

    Raises:
        MisuseError: a step has no safer form, or the new steps would lead elsewhere.
    """
    before = plan(endpoint, migration, earlier=earlier, schemas=schemas)
    chosen = tuple(steps) or softenable(before, values)
    if not chosen:
        raise MisuseError(
            f"no step of {migration.id} has a form that scores less",
            hint=_asking(before) or "What is risky about it has no online or recoverable form.",
        )
    base = after_all(found(endpoint, schemas), earlier)
    form = safe_form(base, migration, chosen, values=values, taken=taken)
    judged = plan(endpoint, form.migration, earlier=earlier, schemas=schemas)
    return Softened(
        form=form,
        before=before,
        after=judged,
        steps=tuple(_softer(before.steps[n - 1], form, judged) for n in form.steps),
        text=dump(form.migration, schema=schema or SCHEMA_FILE),
        contract_text=dump(form.contract, schema=schema or SCHEMA_FILE) if form.contract else "",
    )


def softenable(plan: Plan, values: Values = NO_VALUES) -> tuple[int, ...]:
    """Steps with a safer form for which everything is known."""
    known = {str(ref) for ref in values}
    return tuple(
        step.number
        for step in plan.steps
        if step.safer and (not step.safer.asks or step.safer.asks in known)
    )


def safe_form(
    base: SchemaGraph,
    migration: Migration,
    steps: Sequence[int],
    *,
    values: Values = NO_VALUES,
    taken: Collection[str] = (),
) -> SafeForm:
    """The same migration with these steps (numbers of its plan) in their safer form.

    Raises:
        MisuseError: a step has none, lacks a value, or the result would lead elsewhere.
    """
    written = _written(base, migration, steps, values)
    operations = tuple(op for part in written for op in part.operations)
    later = tuple(op for part in written for op in part.later)
    new = msgspec.structs.replace(migration, operations=operations)
    contract = _contract(new, later, taken) if later else None
    form = SafeForm(
        migration=new, contract=contract, became=_became(written), steps=tuple(sorted(set(steps)))
    )
    _refuse_elsewhere(base, migration, form)
    return form


class _Part(NamedTuple):
    """What is written for one step, or for one operation whose steps all stay."""

    numbers: tuple[int, ...]  # of the steps in the plan as it was
    operations: tuple[Operation, ...]
    later: tuple[Operation, ...] = ()


def _written(
    base: SchemaGraph, migration: Migration, steps: Sequence[int], values: Values
) -> list[_Part]:
    graph, number, chosen = base, 1, set(steps)
    written: list[_Part] = []
    grown: list[Operation] = []
    for operation in migration.operations:
        parts = operation.parts()
        numbers = tuple(range(number, number + len(parts)))
        number += len(parts)
        if chosen.isdisjoint(numbers):
            written.append(_Part(numbers, (operation,)))
        for at, part in zip(numbers, parts, strict=True):
            if at in chosen:
                safer = _safer(part.bind(graph), graph, at, values)
                grown += [op for op in safer.instead if isinstance(op, Expansion)]
                written.append(_Part((at,), safer.instead, safer.later))
            elif not chosen.isdisjoint(numbers):
                written.append(_Part((at,), (part,)))
            graph = part.bind(graph).apply(graph)
    if unknown := sorted(n for n in chosen if not 0 < n < number):
        raise MisuseError(
            f"there is no step {unknown[0]}", hint=f"Steps go from 1 to {number - 1}."
        )
    refuse_together([(op.subject, op.was, op.to) for op in grown if isinstance(op, Expansion)])
    return written


def _safer(operation: Operation, graph: SchemaGraph, number: int, values: Values) -> Safer:
    value = values.get(operation.subject, "")
    try:
        safer = operation.safer(graph, value)
        for one in safer.instead if safer else ():
            graph = one.bind(graph).apply(graph)
    except UnboundOperationError as error:
        raise _refused(number, operation, error.message) from error
    if safer is None:
        raise _refused(number, operation, f"{operation.kind} has no safer form here")
    if safer.asks:
        raise MisuseError(
            f"step {number} needs the value of {safer.asks} for existing rows",
            hint=f"Give it as SQL: --backfill {safer.asks}=EXPRESSION.",
        )
    return safer


def _refused(number: int, operation: Operation, why: str) -> MisuseError:
    return MisuseError(
        f"step {number} cannot be made safe: {why}",
        detail=f"It is {operation.kind} {operation.label}.",
        hint="Choose other steps with --step, or write the change in another way.",
    )


def _contract(new: Migration, later: tuple[Operation, ...], taken: Collection[str]) -> Migration:
    """Just behind the one that it needs: ids are the running order."""
    slug, at = new.id[16:].removesuffix("_expand"), datetime.strptime(new.id[:15], "%Y%m%d_%H%M%S")
    name = ""
    while not name or name in taken:
        at += timedelta(seconds=1)
        name = new_id(slug, at, suffix="contract")
    said = f"{new.description}: contract" if new.description else "Contract"
    return Migration(id=name, description=said, needs=new.id, operations=later)


def _became(written: Sequence[_Part]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    number = 1
    for part in written:
        count = sum(len(op.parts()) for op in part.operations)
        new = tuple(range(number, number + count))
        number += count
        alone = len(part.numbers) == 1
        for at, old in enumerate(part.numbers):
            found[old] = new if alone else (new[at],)
    return found


def _refuse_elsewhere(base: SchemaGraph, migration: Migration, form: SafeForm) -> None:
    """What was declared has to be reached all the same: a later step may need the new type."""
    new = [form.migration, *([form.contract] if form.contract else [])]
    try:
        differs = [*diff(after_all(base, new), after(base, migration))]
    except UncoveredChangeError as error:
        raise _elsewhere(error.message) from error
    if differs:
        raise _elsewhere(f"{differs[0].kind} {differs[0].label} would be left")


def _elsewhere(why: str) -> MisuseError:
    return MisuseError(
        "made safe, the migration would not lead to the same schema",
        detail=f"{why}.",
        hint="Make fewer steps safe at once, or put what follows into a migration of its own.",
    )


def _softer(step: Step, form: SafeForm, judged: Plan) -> Softer:
    new = [judged.steps[n - 1] for n in form.became[step.number]]
    worst = max(new, key=lambda one: one.verdict.score).verdict
    return Softer(
        number=step.number,
        label=step.label,
        kind=step.kind,
        level=step.verdict.level,
        score=step.verdict.score,
        kinds=tuple(one.kind for one in new),
        safer_level=worst.level,
        safer_score=worst.score,
        later=step.safer.later if step.safer else (),
    )


def _asking(plan: Plan) -> str:
    asked = list(_asked(plan))
    return f"Give the value for existing rows: {', '.join(asked)}." if asked else ""


def _asked(plan: Plan) -> Iterator[str]:
    for step in plan.steps:
        if step.safer and step.safer.asks:
            yield f"--backfill {step.safer.asks}=EXPRESSION"
