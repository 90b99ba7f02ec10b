"""A plan as people read it: steps aligned, the verdict, the gates and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from migrate_core.api import squawk
from migrate_core.cli.console.output import columns, plural
from migrate_core.cli.reports.documents import GateData, PlanData, ReasonData, StepData, extended
from migrate_core.operations.raw.raw_sql import RawSql
from migrate_core.pg import codec
from migrate_core.planning import undoing
from migrate_core.planning.gates import Gate, GateState
from migrate_core.planning.plan import Plan, Step
from migrate_core.planning.timeline import strongest
from migrate_core.planning.undoing import UndoGrade
from migrate_core.risk.estimates import Estimate
from migrate_core.risk.policy import Policy
from migrate_core.risk.reasons import Reason

_WIDTH = 96
WORTH_TELLING_SECONDS = 1


def plan_lines(plan: Plan, policy: Policy) -> Iterator[str]:
    """Steps with level and score, each with its reasons, then the verdict by what is in force."""
    policy = policy.in_force(datetime.now(UTC))
    graded = zip(plan.steps, undoing.grades(plan), strict=True)
    heads = columns(_head(step, grade) for step, grade in graded)
    for step, head in zip(plan.steps, heads, strict=True):
        yield head
        for reason in step.verdict.reasons:
            yield f"        {_said(reason)}"
        if step.estimate and step.estimate.high >= WORTH_TELLING_SECONDS:
            yield f"        {_foretold(step.estimate)}"
        yield from (f"        {said}" for said in _notes(step))
    yield ""
    yield f"  {verdict(plan, policy)}"
    if plan.steps:
        yield f"  {undo_verdict(plan)}"


def undo_verdict(plan: Plan) -> str:
    """`undo at worst: lost (step 3)`."""
    worst = undoing.worst(plan)
    numbers = [
        s.number for s, g in zip(plan.steps, undoing.grades(plan), strict=True) if g is worst
    ]
    steps = ", ".join(map(str, numbers))
    return f"undo at worst: {worst} (step{'s' if len(numbers) > 1 else ''} {steps})"


def _head(step: Step, grade: UndoGrade) -> tuple[str, ...]:
    verdict = step.verdict
    undo = f"undo: {step.undo_in_words} ({grade})"
    level, score = str(verdict.level), f"{verdict.score:>3}"
    return (f"{step.number:02}", step.kind, step.label, level, score, _lock(step), undo)


def _foretold(estimate: Estimate) -> str:
    waits = f"; others wait {estimate.holds}" if estimate.holds else ""
    return f"takes {estimate.takes} ({estimate.source}){waits}"


def _notes(step: Step) -> tuple[str, ...]:
    return squawk.notes(step.operation.sql) if isinstance(step.operation, RawSql) else ()


def _said(reason: Reason) -> str:
    evidence = f": {reason.evidence}" if reason.evidence else ""
    return f"{reason.code}{evidence}"


def _lock(step: Step) -> str:
    """The strongest table lock that its statements take."""
    held = strongest(step)
    return str(held.mode) if held else ""


def statements(step: Step) -> Iterator[Any]:
    return (statement for stage in step.stages for statement in stage.statements)


def verdict(plan: Plan, policy: Policy) -> str:
    worst = plan.worst
    if worst is None:
        return "nothing to do"
    limit = "no budget" if policy.budget is None else f"budget {policy.budget}"
    over = any(policy.is_over(step.verdict) for step in plan.steps)
    said = f"OVER BUDGET: {plan.score} of {policy.budget}" if over else "green"
    if worst.verdict.level == "blocked":
        said = "BLOCKED"
    return (
        f"{plural(len(plan.steps), 'operation')}, worst {plan.score} ({plan.level}, step"
        f" {worst.number}), total {plan.total}, {limit}: {said}"
    )


def safer_lines(plan: Plan, policy: Policy) -> Iterator[str]:
    """What to do instead, for each step that crosses the line."""
    policy = policy.in_force(datetime.now(UTC))
    for step in plan.steps:
        judged = step.verdict
        if (policy.is_over(judged) or judged.level == "blocked") and judged.reasons:
            yield f"  step {step.number}: {judged.reasons[0].safer}"
        if step.safer:
            yield f"  step {step.number}: {softer_in_words(step)}"


def sequence_lines(plan: Plan) -> Iterator[str]:
    """What the steps are because of migrations that are pending before the plan's."""
    for step in plan.steps:
        for reason in step.verdict.reasons:
            if any(one in reason.evidence for one in plan.after):
                yield f"{plan.migration_id}, step {step.number}: {_said(reason)}"


def softer_in_words(step: Step) -> str:
    """`can be softDropColumn, 80 -> 35: zanith migrate soften`."""
    found = step.safer
    if found is None:
        return ""
    kinds = " and ".join(found.kinds)
    later = f", then {' and '.join(found.later)} in a second migration" if found.later else ""
    value = f" --backfill {found.asks}=SQL" if found.asks else ""
    figures = f"{step.verdict.score} -> {found.score}"
    return f"can be {kinds}{later}, {figures}: zanith migrate soften --step {step.number}{value}"


def gate_lines(found: Sequence[Gate]) -> list[str]:
    rows = [(f"gate {gate.number}", gate.name, str(gate.state), gate.says) for gate in found]
    return columns(rows)


def fixes(found: Iterable[Gate]) -> list[str]:
    return [f"  {gate.name}: {gate.fix}" for gate in found if not gate.passes and gate.fix]


def before_verification(found: Sequence[Gate]) -> tuple[Gate, ...]:
    """The gates that a plan alone can answer: not the rehearsal, which comes next."""
    return tuple(gate for gate in found if gate.number != 4)


def is_refused(found: Sequence[Gate]) -> bool:
    return any(gate.state is GateState.REFUSED for gate in found)


def plan_data(plan: Plan, found: Sequence[Gate]) -> PlanData:
    """The plan for machines: the stored form, and what is worked out of it."""
    steps = [
        StepData(
            number=step.number,
            kind=step.kind,
            subject=step.label,
            level=step.verdict.level,
            score=step.verdict.score,
            reasons=tuple(
                extended(r, ReasonData, effect=r.effect, safer=r.safer)
                for r in step.verdict.reasons
            ),
            lock=_lock(step),
            undo=step.undo,
            undo_grade=grade,
            estimate=step.estimate,
            safer=step.safer,
            sql=tuple(s.sql for s in statements(step)),
            notes=_notes(step),
            facts=step.facts,
            operation=codec.to_builtins(step.operation),
        )
        for step, grade in zip(plan.steps, undoing.grades(plan), strict=True)
    ]
    return PlanData(
        migration_id=plan.migration_id,
        after=plan.after,
        plan_hash=plan.hash,
        checksum=plan.checksum,
        base_fingerprint=plan.base_fingerprint,
        major=plan.major,
        level=plan.level,
        score=plan.score,
        total=plan.total,
        undo_grade=undoing.worst(plan),
        gates=tuple(extended(gate, GateData, passes=gate.passes) for gate in found),
        steps=tuple(steps),
    )
