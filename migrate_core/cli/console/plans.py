"""A plan as people read it: steps aligned, the verdict, the gates and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from migrate_core.cli.console.output import columns, plural
from migrate_core.pg import codec
from migrate_core.pg.locks import LockMode
from migrate_core.planning.gates import Gate, GateState
from migrate_core.planning.plan import Plan, Step
from migrate_core.risk.policy import Policy
from migrate_core.risk.reasons import Reason

_WIDTH = 96
_LOCKS = list(LockMode)


def plan_lines(plan: Plan, policy: Policy) -> Iterator[str]:
    """Steps with level and score, each with its reasons, then the verdict by what is in force."""
    policy = policy.in_force(datetime.now(UTC))
    heads = columns(_head(step) for step in plan.steps)
    for step, head in zip(plan.steps, heads, strict=True):
        yield head
        for reason in step.verdict.reasons:
            yield f"        {_said(reason)}"
    yield ""
    yield f"  {verdict(plan, policy)}"


def _head(step: Step) -> tuple[str, ...]:
    verdict = step.verdict
    undo = f"undo: {step.undo_in_words}"
    level, score = str(verdict.level), f"{verdict.score:>3}"
    return (f"{step.number:02}", step.kind, step.label, level, score, _lock(step), undo)


def _said(reason: Reason) -> str:
    evidence = f": {reason.evidence}" if reason.evidence else ""
    return f"{reason.code}{evidence}"


def _lock(step: Step) -> str:
    """The strongest table lock that its statements take."""
    modes = [mode for s in statements(step) for _relation, mode in s.locks()]
    return str(max(modes, key=_LOCKS.index)) if modes else ""


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


def plan_data(plan: Plan, found: Sequence[Gate]) -> dict[str, Any]:
    """The plan for machines: the stored form, and what is worked out of it."""
    steps = [
        {
            "number": step.number,
            "kind": step.kind,
            "subject": step.label,
            "level": step.verdict.level,
            "score": step.verdict.score,
            "reasons": [
                {**codec.to_builtins(r), "effect": r.effect, "safer": r.safer}
                for r in step.verdict.reasons
            ],
            "lock": _lock(step),
            "undo": step.undo,
            "sql": [s.sql for s in statements(step)],
            "facts": codec.to_builtins(step.facts),
            "operation": codec.to_builtins(step.operation),
        }
        for step in plan.steps
    ]
    return {
        "migration_id": plan.migration_id,
        "plan_hash": plan.hash,
        "checksum": plan.checksum,
        "base_fingerprint": plan.base_fingerprint,
        "major": plan.major,
        "level": plan.level,
        "score": plan.score,
        "total": plan.total,
        "gates": [{**codec.to_builtins(g), "passes": g.passes} for g in found],
        "steps": steps,
    }
