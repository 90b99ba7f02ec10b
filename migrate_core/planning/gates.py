"""The gates: one function, all answers together, each refusal with its fix."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from enum import StrEnum

from migrate_core.planning.plan import Plan, Step
from migrate_core.planning.verified import Verified, judged
from migrate_core.risk.levels import Level
from migrate_core.schema.objects import Value


class GateState(StrEnum):
    OPEN = "open"
    REFUSED = "refused"
    WAITING = "waiting"  # clears when somebody else acts
    NOT_ASKED = "not asked"


class Gate(Value, frozen=True, kw_only=True):
    number: int  # as in the documentation: 1 budget ... 6 approvals
    name: str
    state: GateState
    says: str  # "step 3 scores 80, the budget is 60"
    fix: str = ""  # what opens it
    steps: tuple[int, ...] = ()  # which steps close it

    @property
    def passes(self) -> bool:
        return self.state in (GateState.OPEN, GateState.NOT_ASKED)


class Policy(Value, frozen=True, kw_only=True):
    """What a target's environment asks for. `budget` None: scores are shown, not judged."""

    budget: int | None = None
    verify: bool = True
    approvals: int = 0
    fail_on: tuple[str, ...] = ()  # reason codes that refuse whatever they score


class Circumstances(Value, frozen=True, kw_only=True):
    """All that gates look at besides the plan: who said what, and what is so right now."""

    consents: tuple[str, ...] = ()  # labels of steps whose loss of data was agreed to
    verified: Verified | None = None
    live_fingerprint: str | None = None  # None: not looked at
    approvals: tuple[str, ...] = ()  # people whose approval covers exactly this plan
    author: str = ""
    applier: str = ""


def gates(plan: Plan, policy: Policy, now: Circumstances) -> tuple[Gate, ...]:
    """Gates 1 to 6, in order; a plan may run when every one passes."""
    plan = judged(plan, now.verified)
    return (
        _budget(plan, policy),
        _consent(plan, now),
        _preflight(plan),
        _verification(plan, policy, now),
        _drift(plan, now),
        _approvals(policy, now),
    )


def refused(found: tuple[Gate, ...]) -> tuple[Gate, ...]:
    return tuple(gate for gate in found if not gate.passes)


def _gate(number: int, name: str, problem: str, good: str, fix: str, *steps: Step) -> Gate:
    return Gate(
        number=number,
        name=name,
        state=GateState.REFUSED if problem else GateState.OPEN,
        says=problem or good,
        fix=fix if problem else "",
        steps=tuple(step.number for step in steps),
    )


def _budget(plan: Plan, policy: Policy) -> Gate:
    denied = [s for s in plan.steps if set(s.verdict.codes) & set(policy.fail_on)]
    over = [s for s in plan.steps if policy.budget is not None and s.verdict.score > policy.budget]
    blocked = [s for s in plan.steps if s.verdict.level is Level.BLOCKED]
    if denied:
        codes = sorted({c for s in denied for c in s.verdict.codes if c in policy.fail_on})
        problem, fix = f"{_steps(denied)} {', '.join(codes)}", "The policy denies these reasons."
    elif over:
        problem = f"{_steps(over)} over the budget of {policy.budget}"
        fix = "Make it safe, or ask for a higher budget."
    elif blocked:
        problem = f"{_steps(blocked)} would fail or hurt here and now"
        fix = "No budget covers this: mend what the step's reasons name."
    else:
        problem = fix = ""
    limit = "no budget" if policy.budget is None else f"budget {policy.budget}"
    return _gate(
        1, "Budget", problem, f"worst {plan.score}, {limit}", fix, *denied, *over, *blocked
    )


def _consent(plan: Plan, now: Circumstances) -> Gate:
    losing = [s for s in plan.steps if s.keeps_nothing]
    missing = [s for s in losing if s.label not in now.consents]
    problem = f"{_steps(missing)} loses data for good" if missing else ""
    names = " ".join(f"--allow-destructive={shlex.quote(s.label)}" for s in missing)
    fix = f"Make it a soft drop, or consent by name ({names})."
    good = "given" if losing else "nothing is lost"
    return _gate(2, "Destructive consent", problem, good, fix, *missing)


def _preflight(plan: Plan) -> Gate:
    asked = [(s, a) for s in plan.steps for a in s.facts.answers if a.blocks]
    broken = [(s, a) for s, a in asked if a.count and not s.facts.is_empty]
    unknown = [(s, a) for s, a in asked if a.count is None and not s.facts.is_empty]
    words = [f"step {s.number}: {a.count:,} {a.question}" for s, a in broken]
    words += [f"step {s.number}: {a.question} not counted: {a.error}" for s, a in unknown]
    fix = "Mend the rows, then plan again."
    good = f"{len(asked)} probes passed" if asked else "nothing to probe"
    steps = [s for s, _ in (*broken, *unknown)]
    return _gate(3, "Preflight", "; ".join(words), good, fix, *steps)


def _verification(plan: Plan, policy: Policy, now: Circumstances) -> Gate:
    name = "Verification"
    if not policy.verify:
        return Gate(number=4, name=name, state=GateState.NOT_ASKED, says="not asked for here")
    seen = now.verified
    if seen is None:
        return _gate(4, name, "not rehearsed yet", "", "Verify it on the shadow.")
    if seen.plan_hash != plan.hash:
        return _gate(4, name, "another plan was rehearsed", "", "Verify this plan.")
    problem = "" if seen.ok else seen.says or "the rehearsal did not end as declared"
    return _gate(4, name, problem, seen.says or "rehearsed, nothing left over", "See the evidence.")


def _drift(plan: Plan, now: Circumstances) -> Gate:
    if now.live_fingerprint is None:
        problem = "the live schema was not looked at"
    elif now.live_fingerprint != plan.base_fingerprint:
        problem = "the live schema changed since planning"
    else:
        problem = ""
    return _gate(5, "Drift", problem, "none since planning", "Plan again.")


def _approvals(policy: Policy, now: Circumstances) -> Gate:
    name = "Approvals"
    if not policy.approvals:
        return Gate(number=6, name=name, state=GateState.NOT_ASKED, says="not asked for here")
    valid = tuple(_countable(now))
    says = f"{len(valid)} of {policy.approvals}"
    if len(valid) < policy.approvals:
        fix = "Somebody other than the author approves it."
        return Gate(number=6, name=name, state=GateState.WAITING, says=says, fix=fix)
    if now.applier and set(valid) == {now.applier}:
        fix = "Somebody else approves it, or applies it."
        problem = f"{now.applier} is the only approver and cannot also apply it"
        return _gate(6, name, problem, "", fix)
    return Gate(number=6, name=name, state=GateState.OPEN, says=says)


def _countable(now: Circumstances) -> Iterator[str]:
    return (person for person in dict.fromkeys(now.approvals) if person != now.author)


def _steps(steps: list[Step]) -> str:
    numbers = ", ".join(str(step.number) for step in steps)
    return f"step {numbers}" if len(steps) == 1 else f"steps {numbers}"
