"""A change as one person sees it: what is so, what is waited for, and what they may press."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from migrate_core.planning import gates as core
from migrate_core.planning import undoing
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.planning.plan import Step
from migrate_core.planning.softer import Offer
from migrate_core.risk.policy import Policy
from migrate_core.states import ChangeState, RunState
from migrate_core.verify.report import VerifyReport
from studio import problems
from studio.boards import buttons
from studio.boards import plan as plans
from studio.boards.activity import activity
from studio.boards.evidence import evidence, report_of
from studio.boards.locking import Locking, locking
from studio.boards.schema import differences
from studio.display import (
    Action,
    Confirmation,
    ErrorRow,
    EvidenceItem,
    Gate,
    ObjectDiff,
    OperationRow,
    Shown,
    Tab,
    TimelineItem,
)
from studio.models import Change, Plan, Run, Verification
from studio.models.changes import Work
from studio.permissions import Action as Act
from studio.permissions import can
from studio.services import changes, gating, snapshots

OVER = (ChangeState.APPLIED, ChangeState.REVERTED, ChangeState.CLOSED)


class Board(Shown, frozen=True, kw_only=True):
    """Everything the page shows of one change."""

    number: str  # "#42"
    row: Plan | None = None  # the newest plan, made or not
    plan: CorePlan | None = None
    current: Plan | None = None
    pill: str = ""
    counted: int = 0  # the worst score that the budget counts: without what is waived
    status: str
    undo: undoing.UndoGrade | None = None  # of its worst step
    worst_lock: str = ""
    operations: Sequence[OperationRow] = ()
    levels: Sequence[str] = ()
    gates: Sequence[Gate] = ()
    gates_open: str = ""
    buttons: Sequence[Action] = ()
    more: Sequence[Action] = ()  # what changes the change itself
    working: str = ""  # "planning", "verifying": the page looks again by itself
    error: ErrorRow | None = None
    verification: Verification | None = None
    may_sample: bool = False  # rehearse with rows of the target, or keep the database
    report: VerifyReport | None = None
    evidence: Sequence[EvidenceItem] = ()
    activity: Sequence[TimelineItem] = ()
    schema: Sequence[ObjectDiff] = ()
    sql: str = ""
    locking: Locking | None = None
    run: Run | None = None
    budget: int | None = None


def board(change: Change, user: Any, tab: str) -> Board:
    row, current = changes.latest_plan(change), changes.current_plan(change)
    verification = _verification(change, current)
    working = _working(row, verification)
    change.refresh_from_db(fields=["state"])  # read before, it may be from before they ended
    error = problems.row(row.error) if row and row.work == Work.FAILED else None
    if current is None:
        return Board(
            number=f"#{change.number}",
            row=row,
            status=status(change, None, (), working),
            working=working,
            error=error,
            more=buttons.more(change, user, working),
            activity=activity(change) if tab == "activity" else (),
            budget=change.environment.policy.budget,
        )
    return _planned(change, user, tab, row, current, verification, working, error)


def _planned(
    change: Change,
    user: Any,
    tab: str,
    row: Plan | None,
    current: Plan,
    verification: Verification | None,
    working: str,
    error: ErrorRow | None,
) -> Board:
    plan, policy = changes.judged_plan(current), change.environment.policy
    applier = user.get_username() if can(user, Act.APPLY, change) else ""
    found = gating.gates_of(change, current, applier=applier)
    run = change.runs.order_by("-number").first()
    over = change.status in OVER
    offered = buttons.planned(change, current, plan, found, user, working)
    return Board(
        number=f"#{change.number}",
        row=row,
        current=current,
        plan=plan,
        status=status(change, current, found, working),
        worst_lock=plans.worst_lock_of(plan),
        undo=undoing.worst(plan),
        operations=plans.operation_rows(
            plan, policy, safer=_safer(change, user), states=_states(run)
        ),
        gates=() if over else plans.gate_rows(found, _fixes(change)),
        gates_open=f"{sum(gate.passes for gate in found)} of {len(found)}",
        buttons=offered,
        more=buttons.more(change, user, working, beside=offered),
        working=working,
        error=error,
        verification=verification,
        run=run,
        may_sample=buttons.may_sample(change, user, working),
        **_score(plan, policy),
        **_of_tab(tab, change, current, verification),
    )


def _of_tab(
    tab: str, change: Change, current: Plan, verification: Verification | None
) -> dict[str, Any]:
    """What only one tab shows, made only for it."""
    match tab:
        case "evidence":
            found = evidence(change, current, verification)
            return {"evidence": found, "report": report_of(verification)}
        case "activity":
            return {"activity": activity(change)}
        case "schema":
            return {"schema": differences(*snapshots.around(change))}
        case "sql":
            return {"sql": script(change)}
        case "locks":
            return {"locking": locking(current.value())}
    return {}


def tabs(change: Change, shown: Board, now: str, names: Mapping[str, str]) -> list[Tab]:
    return [
        Tab(
            label=label,
            url=reverse("change", args=[change.pk])
            if name == "operations"
            else reverse("change-tab", args=[change.pk, name]),
            current=name == now,
            count=len(shown.operations) if name == "operations" and shown.plan else None,
        )
        for name, label in names.items()
        if shown.plan or name in {"operations", "activity"}
    ]


def _score(plan: CorePlan, policy: Policy) -> dict[str, Any]:
    counted = counted_score(plan, policy)
    return {
        "pill": pill(plan, policy, counted),
        "counted": counted,
        "levels": [step.verdict.level for step in plan.steps],
        "budget": policy.budget,
    }


def counted_score(plan: CorePlan, policy: Policy) -> int:
    in_force = policy.in_force(timezone.now())
    return max((in_force.score_of(step.verdict) for step in plan.steps), default=0)


def pill(plan: CorePlan, policy: Policy, counted: int) -> str:
    """In words what the gauge draws."""
    if policy.budget is None:
        return f"{plan.level}: {plan.score}"
    waived = f", {plan.score} with what is waived" if counted < plan.score else ""
    if counted > policy.budget:
        return f"Over budget: {counted} of {policy.budget}{waived}"
    return f"Within budget: {counted} of {policy.budget}{waived}"


def status(change: Change, plan: Plan | None, gates: Sequence[core.Gate], working: str) -> str:
    """Who or what is waited for, and what happens next."""
    if working:
        return _WORKING[working]
    if change.status is ChangeState.RUNNING:
        return _of_its_run(change)
    if change.status in _ENDED:
        return _ENDED[change.status]
    if plan is None:
        return "It has no plan yet."
    closed = core.refused(tuple(gates))
    if not closed:
        return "Every gate is open. Waiting for a DBA to apply it."
    first = closed[0]
    waiting = "Waiting for" if first.state is core.GateState.WAITING else "Closed:"
    return f"{waiting} {first.name.lower()}: {first.says}. {first.fix}"


def _of_its_run(change: Change) -> str:
    """A run that is queued is not yet at work."""
    run = change.runs.filter(state=RunState.QUEUED).first()
    if run is None:
        return "It is being applied now; see its run."
    if run.not_before and run.not_before > timezone.now():
        when = "as soon as the policy lets it, at" if run.window else "at"
        return f"Its run {run.number} begins by itself {when} {run.not_before:%Y-%m-%d %H:%M} UTC."
    return f"Its run {run.number} is queued and begins by itself; see there behind whom."


_ENDED = {
    ChangeState.APPLIED: "Applied, and on the record.",
    ChangeState.REVERTED: "Undone, and on the record. What is still wanted, Generate finds.",
    ChangeState.CLOSED: "Closed, on the record. Nothing of it runs any more.",
    ChangeState.FAILED: "Its run stopped. Resume it, undo it, or give it up, on the run's page.",
}
_WORKING = {
    "planning": "Planning: the target is being read and measured, and nothing is written there.",
    "verifying": "Verifying: the plan runs on a throw-away database.",
}


def losing(change: Change) -> tuple[str, ...]:
    """Labels of what would be lost for good: applying it asks for the name typed."""
    current = changes.current_plan(change)
    if current is None:
        return ()
    steps = changes.judged_plan(current).steps
    return tuple(s.label for s in steps if s.keeps_nothing)


def script(change: Change) -> str:
    """One text, step by step, as a person would read it; the runner adds its own commits."""
    current = changes.current_plan(change)
    if current is None:
        return ""
    return "\n".join(_script_of(step) for step in current.value().steps)


def _script_of(step: Step) -> str:
    lines = [f"-- step {step.number}: {step.kind} {step.label}"]
    lines += [f"{sql};" for sql in (step.park.statements if step.park else ())]
    for stage in step.stages:
        note = "  -- in batches" if stage.batch else ""
        lines += [f"{statement.sql};{note}" for statement in stage.statements]
    return "\n".join(lines) + "\n"


def _verification(change: Change, current: Plan | None) -> Verification | None:
    """The newest of this plan, ended or not."""
    if current is None:
        return None
    found = Verification.objects.filter(plan__change=change, plan_hash=current.hash)
    return found.order_by("-pk").first()


def _working(row: Plan | None, verification: Verification | None) -> str:
    going_on = (Work.QUEUED, Work.RUNNING)
    if row and row.work in going_on:
        return "planning"
    if verification and verification.work in going_on:
        return "verifying"
    return ""


def _safer(change: Change, user: Any) -> plans.Safer:
    if change.status in (*OVER, ChangeState.RUNNING, ChangeState.FAILED):
        return plans.no_safer
    if not can(user, Act.CREATE, change):
        return plans.no_safer

    def offer(step: Step) -> tuple[Action | None, str]:
        found = step.safer
        if found is None:
            return None, ""
        action = Action(
            label="Make it safe",
            url=reverse("change-soften", args=[change.pk]),
            small=True,
            fields=(("step", str(step.number)),),
            confirm=_ask_value(found.asks) if found.asks else None,
        )
        return action, _softer_in_words(step.verdict.score, found)

    return offer


def _ask_value(column: str) -> Confirmation:
    return Confirmation(
        tier=1,
        title="What do existing rows get?",
        consequence="The column is added nullable, filled in batches, and required after that.",
        value=f"SQL for {column}, over its row",
    )


def _softer_in_words(score: int, found: Offer) -> str:
    later = f"; {' and '.join(found.later)} is a change of its own" if found.later else ""
    return f"{score} → {found.score}. It becomes {' and '.join(found.kinds)}{later}."


def _states(run: Run | None) -> dict[int, str]:
    """What became of each step in the newest run."""
    if run is None:
        return {}
    wanted = {"step_done": "done", "step_failed": "failed", "step_running": "running"}
    events = run.events.filter(kind__in=wanted, step__isnull=False).order_by("seq")
    return {event.step: wanted[event.kind] for event in events if event.step is not None}


def _fixes(change: Change) -> dict[int, tuple[str, str]]:
    page = reverse("change", args=[change.pk])
    seen = reverse("change-tab", args=[change.pk, "evidence"])
    return {
        1: ("See the step", page),
        2: ("See the step", page),
        3: ("See the rows", page),
        4: ("See the evidence", seen),
        5: ("See the target", reverse("target", args=[change.target_id])),
        7: ("See the policy", reverse("policy", args=[change.environment.pk])),
    }
