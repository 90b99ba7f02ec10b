"""The gates: one function, all answers together, each refusal with its fix."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from migrate_core.planning.plan import Plan, Step
from migrate_core.planning.verified import Verified, judged
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy, Unknown, Waiver
from migrate_core.risk.windows import Window, frozen, in_words, is_open, next_open
from migrate_core.schema.objects import Value

__all__ = [
    "Circumstances",
    "Gate",
    "GateState",
    "Policy",
    "Verified",
    "approvals_asked",
    "gates",
    "refused",
]


class GateState(StrEnum):
    OPEN = "open"
    REFUSED = "refused"
    WAITING = "waiting"  # clears when somebody else acts, or time passes
    NOT_ASKED = "not asked"


class Gate(Value, frozen=True, kw_only=True):
    number: int  # as in the documentation: 1 budget ... 7 window and rules
    name: str
    state: GateState
    says: str  # "step 3 scores 80, the budget is 60"
    fix: str = ""  # what opens it
    steps: tuple[int, ...] = ()  # which steps close it
    opens: datetime | None = None  # when it opens by itself

    @property
    def passes(self) -> bool:
        return self.state in (GateState.OPEN, GateState.NOT_ASKED)


class Circumstances(Value, frozen=True, kw_only=True):
    """All that gates look at besides the plan: who said what, and what is so right now."""

    consents: tuple[str, ...] = ()  # labels of steps whose loss of data was agreed to
    verified: Verified | None = None
    live_fingerprint: str | None = None  # None: not looked at
    approvals: tuple[str, ...] = ()  # people whose approval covers exactly this plan
    void: tuple[str, ...] = ()  # "bo's: the policy changed": approvals that no longer count
    author: str = ""
    applier: str = ""
    at: datetime | None = None  # the moment that is asked about; None: not looked at


def gates(plan: Plan, policy: Policy, now: Circumstances) -> tuple[Gate, ...]:
    """Gates 1 to 7, in order; a plan may run when every one passes."""
    plan = judged(plan, now.verified)
    return (
        _budget(plan, policy, now),
        _consent(plan, now),
        _preflight(plan, policy),
        _verification(plan, policy, now),
        _drift(plan, now),
        _approvals(plan, policy, now),
        _window_and_rules(plan, policy, now),
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
        steps=tuple(dict.fromkeys(step.number for step in steps)),
    )


# 1 to 3: what the plan is -----------------------------------------------------------------------


def _budget(plan: Plan, policy: Policy, now: Circumstances) -> Gate:
    counted = policy.in_force(now.at)
    blocked = [s for s in plan.steps if s.verdict.level is Level.BLOCKED]
    over = [s for s in plan.steps if counted.is_over(s.verdict) and s not in blocked]
    says, fixes = [], []
    if blocked:
        says.append(f"{_steps(blocked)} would fail or hurt here and now")
        fixes.append("No budget covers a blocked step: mend what its reasons name.")
    if over:
        says.append(f"{_steps(over)} over the budget of {policy.budget}")
        fixes.append("Make it safe, or ask for a higher budget.")
    limit = "no budget" if policy.budget is None else f"budget {policy.budget}"
    worst = max((counted.score_of(s.verdict) for s in plan.steps), default=0)
    waivers = list(_waivers(plan, policy, now))
    problem = "; ".join((*says, *waivers)) if says else ""
    good = "; ".join((f"worst {worst}, {limit}", *waivers))
    return _gate(1, "Budget", problem, good, " ".join(fixes), *blocked, *over)


def _waivers(plan: Plan, policy: Policy, now: Circumstances) -> Iterator[str]:
    """Of reasons that the plan has: what is not counted, and what is counted again."""
    codes = {code for step in plan.steps for code in step.verdict.codes}
    for waiver in policy.waivers:
        if waiver.code in codes:
            yield _waived(waiver, now)


def _waived(waiver: Waiver, now: Circumstances) -> str:
    if waiver.holds(now.at):
        return f"{waiver.code} waived until {waiver.until} by {waiver.owner}: {waiver.reason}"
    if now.at is None:
        return f"{waiver.code} not waived, because the time was not looked at"
    return f"the waiver of {waiver.code} by {waiver.owner} ended on {waiver.until}"


def _consent(plan: Plan, now: Circumstances) -> Gate:
    losing = [s for s in plan.steps if s.keeps_nothing]
    missing = [s for s in losing if s.label not in now.consents]
    problem = f"{_steps(missing)} loses data for good" if missing else ""
    names = " ".join(f"--allow-destructive={shlex.quote(s.label)}" for s in missing)
    fix = f"Make it a soft drop, or consent by name ({names})."
    good = "given" if losing else "nothing is lost"
    return _gate(2, "Destructive consent", problem, good, fix, *missing)


def _preflight(plan: Plan, policy: Policy) -> Gate:
    asked = [(s, a) for s in plan.steps for a in s.facts.answers if a.blocks]
    broken = [(s, a) for s, a in asked if (a.count or a.fails) and not s.facts.is_empty]
    unknown = [(s, a) for s, a in asked if a.is_unknown and a.is_needed and not s.facts.is_empty]
    words = [f"step {s.number}: {a.found}" for s, a in broken]
    unsaid = [f"step {s.number}: {a.question} not counted: {a.error}" for s, a in unknown]
    passed = len(asked) - len(broken) - len(unknown)
    good = f"{passed} probes passed" if asked else "nothing to probe"
    again = dict.fromkeys("verify" if s.is_script else "plan" for s, _ in broken)
    fixes = [f"Mend the rows, then {' and '.join(again)} again."] if broken else []
    if policy.unknown_probes is Unknown.PASS:
        good = "; ".join((good, *(f"{text}, which the policy lets pass" for text in unsaid)))
        unknown = []
    else:
        words += unsaid
        if unknown:
            again = dict.fromkeys("Verify" if s.is_script else "Plan" for s, _ in unknown)
            said = " and ".join(again)
            fixes.append(f"{said} again when the target is quieter: what is unknown blocks here.")
    steps = [s for s, _ in (*broken, *unknown)]
    return _gate(3, "Preflight", "; ".join(words), good, " ".join(fixes), *steps)


# 4 to 6: what was said about it -----------------------------------------------------------------


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
    if plan.after:  # what they leave was not there to be measured
        says = f"planned before {' and '.join(plan.after)} ran"
        fix = "Plan again once that is applied."
        return Gate(number=5, name="Drift", state=GateState.WAITING, says=says, fix=fix)
    if now.live_fingerprint is None:
        problem = "the live schema was not looked at"
    elif now.live_fingerprint != plan.base_fingerprint:
        problem = "the live schema changed since planning"
    else:
        problem = ""
    return _gate(5, "Drift", problem, "none since planning", "Plan again.")


def _approvals(plan: Plan, policy: Policy, now: Circumstances) -> Gate:
    name = "Approvals"
    asked = approvals_asked(plan, policy)
    if not asked:
        return Gate(number=6, name=name, state=GateState.NOT_ASKED, says="not asked for here")
    valid = tuple(_countable(now))
    says = f"{len(valid)} of {asked}"
    if asked != policy.approvals:
        levels = {s.verdict.level for s in plan.steps if _asks(policy, s) == asked}
        says += f", as {max(levels, key=_score)} asks here"
    if len(valid) < asked:
        says = "; ".join((says, *(f"void: {one}" for one in now.void)))
        fix = "Somebody other than the author approves it."
        return Gate(number=6, name=name, state=GateState.WAITING, says=says, fix=fix)
    if now.applier and set(valid) == {now.applier}:
        fix = "Somebody else approves it, or applies it."
        problem = f"{now.applier} is the only approver and cannot also apply it"
        return _gate(6, name, problem, "", fix)
    return Gate(number=6, name=name, state=GateState.OPEN, says=says)


def approvals_asked(plan: Plan, policy: Policy) -> int:
    """How many people have to approve it: as the most demanding level of its steps asks."""
    return policy.approvals_for(step.verdict.level for step in plan.steps)


def _asks(policy: Policy, step: Step) -> int:
    return policy.approvals_at(step.verdict.level)


def _score(level: Level) -> int:
    return level.score


def _countable(now: Circumstances) -> Iterator[str]:
    return (person for person in dict.fromkeys(now.approvals) if person != now.author)


# 7: when, and which reasons never ---------------------------------------------------------------


class _Timing(Value, frozen=True, kw_only=True):
    """What is in the way at a moment, and when it is over by itself."""

    problems: tuple[str, ...] = ()
    fix: str = ""
    opens: datetime | None = None
    waits: bool = False  # only for a window to open


def _window_and_rules(plan: Plan, policy: Policy, now: Circumstances) -> Gate:
    number, name = 7, "Window and rules"
    if not (policy.fail_on or policy.windows or policy.freezes):
        says = "no window, freeze or denied reason here"
        return Gate(number=number, name=name, state=GateState.NOT_ASKED, says=says)
    timing = _timing(policy, now)
    denied = [s for s in plan.steps if policy.denied(s.verdict)]
    if denied:
        codes = sorted({code for s in denied for code in policy.denied(s.verdict)})
        rule = f"{_steps(denied)} {', '.join(codes)}, which is denied here"
        fix = "Do it another way, or have an admin change the policy."
        says = "; ".join((rule, *timing.problems))
        return _gate(number, name, says, "", f"{fix} {timing.fix}".strip(), *denied)
    if timing.problems:
        return Gate(
            number=number,
            name=name,
            state=GateState.WAITING if timing.waits else GateState.REFUSED,
            says="; ".join(timing.problems),
            fix=timing.fix,
            opens=timing.opens,
        )
    return _gate(number, name, "", _nothing_in_the_way(policy, now), "")


def _timing(policy: Policy, now: Circumstances) -> _Timing:
    if not (policy.windows or policy.freezes):
        return _Timing()
    if now.at is None:
        return _Timing(problems=("the time was not looked at",), fix="Ask again.")
    holding, outside = frozen(policy.freezes, now.at), not is_open(policy.windows, now.at)
    if not holding and not outside:
        return _Timing()
    zone = policy.windows[0].zone if policy.windows else "UTC"
    problems = [
        f"frozen until {in_words(one.ends, zone)} by {one.owner}: {one.reason}" for one in holding
    ]
    problems += [f"outside the window ({_windows(policy.windows)})"] if outside else []
    opens = next_open(policy.windows, policy.freezes, now.at)
    if opens is None:
        fix = "No window opens within the next weeks: have an admin look at the policy."
        return _Timing(problems=tuple(problems), fix=fix)
    fix = f"It opens {in_words(opens, zone)}: apply it then, or put it off until then."
    return _Timing(problems=tuple(problems), fix=fix, opens=opens, waits=not holding)


def _windows(windows: Sequence[Window]) -> str:
    return "; ".join(map(str, windows))


def _nothing_in_the_way(policy: Policy, now: Circumstances) -> str:
    said = []
    for window in policy.windows:
        inside = window.around(now.at) if now.at else None
        if inside:
            said.append(f"in the window until {in_words(inside[1], window.zone)}")
            break
    said += ["no freeze now"] if policy.freezes else []
    said += ["no denied reason"] if policy.fail_on else []
    return ", ".join(said)


def _steps(steps: list[Step]) -> str:
    numbers = ", ".join(str(step.number) for step in steps)
    return f"step {numbers}" if len(steps) == 1 else f"steps {numbers}"
