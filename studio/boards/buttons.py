"""What a person may press on a change's page; the server asks again when they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django.urls import reverse
from msgspec import structs

from migrate_core.planning import gates as core
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.states import ChangeState
from studio.boards.plan import worst_lock_of
from studio.display import Action, Blocker, Confirmation, Fact
from studio.models import Change, Plan
from studio.permissions import Action as Act
from studio.permissions import can
from studio.services import changes, softening, undo

EDITABLE = {
    ChangeState.DRAFT,
    ChangeState.PLANNED,
    ChangeState.VERIFIED,
    ChangeState.APPROVED,
}
Style = Literal["plain", "primary", "danger"]
CONSENT, DRIFT, WINDOW = 2, 5, 7  # the gates' numbers


def more(change: Change, user: Any, working: str, *, beside: Sequence[Action] = ()) -> list[Action]:
    """What changes the change itself; beside the page, away from the next step, unless it is it."""
    if undo.is_undoable(change) and can(user, Act.APPLY, change):
        return [Action(label="Undo", url=_url(change, "undo"), method="get", small=True)]
    if working or change.status not in EDITABLE or not can(user, Act.CREATE, change):
        return []
    given = {action.url for action in beside}
    found = (_replan(change), _edit(change), _close(change))
    return [action for action in found if action.url not in given]


def planned(
    change: Change,
    row: Plan,
    plan: CorePlan,
    gates: Sequence[core.Gate],
    user: Any,
    working: str,
) -> list[Action]:
    """At most one of them is primary: the next step that this person can take."""
    if change.status not in EDITABLE or working:
        return []
    found: list[Action] = []
    state = {gate.number: gate for gate in gates}
    may = {act: can(user, act, change) for act in (Act.CREATE, Act.APPROVE, Act.APPLY)}
    next_step = _next_step(change, row, plan, state, user, may)
    if next_step == "replan":
        found.append(structs.replace(_replan(change), small=False, style="primary"))
    if may[Act.CREATE] and softening.softenable(plan) and not state[1].passes:
        found.append(_make_safe(change, plan, _style(next_step, "soften")))
    if may[Act.CREATE] and state[4].state is not core.GateState.NOT_ASKED:
        found.append(_verify(change, state[4], _style(next_step, "verify")))
    if may[Act.APPROVE] and state[6].state is not core.GateState.NOT_ASKED:
        found += _review(change, row, plan, state, user, _style(next_step, "approve"))
    if may[Act.APPLY]:
        found += _applying(change, row, plan, gates, _style(next_step, "apply"))
    return found


def _applying(
    change: Change, row: Plan, plan: CorePlan, gates: Sequence[core.Gate], style: Style
) -> list[Action]:
    """Now, at a time, or when the window opens: what the gates do not rule out."""
    now = _apply(change, row, plan, gates, style)
    timing = next(gate for gate in gates if gate.number == WINDOW)
    rest = [gate for gate in gates if gate.number not in (CONSENT, WINDOW)]
    if not all(gate.passes for gate in rest) or not (timing.passes or timing.opens):
        return [now]
    later = _later(change, plan, now)
    if timing.passes:
        return [later, now]
    first = _when_it_opens(change, plan, now, timing)
    return [later, first]


def may_sample(change: Change, user: Any, working: str) -> bool:
    """Whether they may ask a rehearsal for rows of the target, or for its database."""
    may = can(user, Act.CREATE, change) and can(user, Act.APPLY, change)
    return may and not working and change.status in EDITABLE


def _next_step(
    change: Change,
    row: Plan,
    plan: CorePlan,
    state: dict[int, core.Gate],
    user: Any,
    may: dict[Act, bool],
) -> str:
    if may[Act.CREATE] and state[DRIFT].state is core.GateState.REFUSED:
        return "replan"  # what was measured is of another schema
    if may[Act.CREATE] and not state[1].passes and softening.softenable(plan):
        return "soften"
    if may[Act.CREATE] and not state[4].passes:
        return "verify"
    mine = {approval.user_id for approval in changes.valid_approvals(change, row)}
    if may[Act.APPROVE] and not state[6].passes and user.pk not in mine:
        return "approve"
    return "apply" if may[Act.APPLY] else ""


def _style(next_step: str, name: str) -> Style:
    return "primary" if next_step == name else "plain"


def _url(change: Change, name: str) -> str:
    return reverse(f"change-{name}", args=[change.pk])


def _edit(change: Change) -> Action:
    return Action(label="Edit", url=_url(change, "edit"), method="get", small=True)


def _replan(change: Change) -> Action:
    return Action(label="Re-plan", url=_url(change, "plan"), small=True)


def _close(change: Change) -> Action:
    ask = Confirmation(
        tier=2,
        title="Close this change?",
        consequence="It stays on the record, and nothing of it runs any more.",
        reason=True,
    )
    return Action(label="Close", url=_url(change, "close"), small=True, confirm=ask)


def _make_safe(change: Change, plan: CorePlan, style: Style) -> Action:
    return Action(
        label="Make it safe",
        url=_url(change, "soften"),
        style=style,
        icon="shield-check",
        fields=tuple(("step", str(number)) for number in softening.softenable(plan)),
    )


def _verify(change: Change, gate: core.Gate, style: Style) -> Action:
    again = gate.passes
    return Action(
        label="Verify again" if again else "Verify",
        url=_url(change, "verify"),
        style="plain" if again else style,
        icon="flask-conical",
    )


def _review(
    change: Change,
    row: Plan,
    plan: CorePlan,
    state: dict[int, core.Gate],
    user: Any,
    style: Style,
) -> list[Action]:
    blockers = [] if state[4].passes else [_blocker(change, state[4])]
    fields = (("plan", row.hash),)
    approve = Action(
        label="Approve",
        url=_url(change, "approve"),
        style=style,
        icon="check",
        key="a",
        fields=fields,
        blockers=blockers,
        confirm=_covers(change, row, plan),
    )
    ask = Confirmation(
        tier=2,
        title="Ask for changes?",
        consequence="The author sees what you write here; an approval of yours no longer counts.",
        reason=True,
    )
    request = Action(
        label="Request changes",
        url=_url(change, "request-changes"),
        fields=fields,
        blockers=blockers,
        confirm=ask,
    )
    mine = {approval.user_id for approval in changes.valid_approvals(change, row)}
    return [request] if user.pk in mine else [request, approve]


def _covers(change: Change, row: Plan, plan: CorePlan) -> Confirmation:
    """Exactly what an approval speaks of."""
    return Confirmation(
        tier=1,
        title="Approve exactly this plan?",
        consequence="Another plan, target, live schema or policy, or a higher risk, voids it.",
        facts=(
            Fact(term="plan", value=row.hash[:12], mono=True),
            Fact(term="target", value=change.target.name),
            Fact(term="live schema", value=row.base_fingerprint[:12], mono=True),
            Fact(term="worst step", value=f"{plan.level}, {plan.score}"),
            Fact(term="policy", value=f"version {change.environment.policy_number}"),
        ),
    )


def _apply(
    change: Change, row: Plan, plan: CorePlan, gates: Sequence[core.Gate], style: Style
) -> Action:
    # Consent is given in the dialog itself, by typing what is lost.
    closed = [gate for gate in core.refused(tuple(gates)) if gate.number != CONSENT]
    blockers = [_blocker(change, gate) for gate in closed]
    return Action(
        label=f"Apply to {change.target.name}",
        url=_url(change, "apply"),
        style=style,
        icon="play",
        key="A",
        fields=(("plan", row.hash),),
        blockers=blockers,
        confirm=_sheet(change, plan),
    )


def _later(change: Change, plan: CorePlan, now: Action) -> Action:
    """The same with a time: its gates are asked now, and again when it begins."""
    plain = Confirmation(tier=1, title=f"Apply to {change.target.name} later?", consequence="")
    asked = structs.replace(
        _sheet(change, plan) or plain,
        moment=True,
        title=f"Apply to {change.target.name} later?",
        consequence=(
            "It begins by itself, and can be cancelled before. Its gates are asked again then:"
            " if one is closed by that time, it is refused and nothing is changed."
        ),
    )
    return structs.replace(
        now,
        label="Apply later",
        style="plain",
        icon="calendar-clock",
        key="",
        blockers=[],
        confirm=asked,
    )


def _when_it_opens(change: Change, plan: CorePlan, now: Action, timing: core.Gate) -> Action:
    """Put off to the very moment at which the policy lets it begin."""
    assert timing.opens is not None
    plain = Confirmation(tier=1, title="", consequence="")
    sheet = _sheet(change, plan) or plain
    when = "in the next window" if change.environment.policy.windows else "after the freeze"
    opens = Fact(term="begins", value=f"{timing.opens:%Y-%m-%d %H:%M} UTC")
    asked = structs.replace(
        sheet,
        title=f"Apply to {change.target.name} {when}?",
        consequence=(
            f"{sheet.consequence if sheet.tier > 1 else ''} It begins by itself then, and can be"
            " cancelled before. Its gates are asked again; if no window is open when its turn"
            " comes, it waits for the next."
        ).strip(),
        facts=(*sheet.facts, opens),
    )
    return structs.replace(
        now,
        label=f"Apply {when}",
        icon="calendar-clock",
        fields=(*now.fields, ("window", "next")),
        blockers=[],
        confirm=asked,
    )


def _sheet(change: Change, plan: CorePlan) -> Confirmation | None:
    """T0 outside production, T1 in it, T3 wherever rows are lost for good."""
    lost = [s for s in plan.steps if s.keeps_nothing]
    facts = (
        Fact(term="target", value=change.target.name),
        Fact(term="steps", value=str(len(plan.steps))),
        Fact(term="worst lock", value=worst_lock_of(plan)),
        Fact(term="worst step", value=f"{plan.level}, {plan.score}"),
    )
    if lost:
        return Confirmation(
            tier=3,
            title=f"Apply to {change.target.name}, and lose data?",
            consequence=f"Lost for good: {', '.join(step.label for step in lost)}.",
            facts=facts,
            expect=consent_word(change, [step.label for step in lost]),
            expect_label="what is lost" if len(lost) == 1 else "the target's name",
            reason=True,
        )
    if not change.environment.is_prod:
        return None
    return Confirmation(
        tier=1,
        title=f"Apply to {change.target.name}?",
        consequence=(
            "Steps run one after the other; each is on the record before and after. You can stop"
            " after a step, and nothing depends on this tab."
        ),
        facts=facts,
    )


def consent_word(change: Change, lost: Sequence[str]) -> str:
    """What has to be typed: the object's name, or the target's where several are lost."""
    return lost[0] if len(lost) == 1 else change.target.name


def _blocker(change: Change, gate: core.Gate) -> Blocker:
    evidence = reverse("change-tab", args=[change.pk, "evidence"])
    return Blocker(
        text=f"{gate.name}: {gate.says}. {gate.fix}",
        fix_url=evidence if gate.number == 4 else "",
        fix_label="See the evidence" if gate.number == 4 else "",
        clears_itself=gate.state is core.GateState.WAITING,
    )
