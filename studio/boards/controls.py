"""What a person may press on a run's page; the server asks again when they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.urls import reverse

from migrate_core.api import Choices
from migrate_core.pg.ddl import StageMode
from migrate_core.planning.plan import Step
from migrate_core.states import RunState
from studio import pages
from studio.boards.plan import worst_lock_of
from studio.boards.run import Board
from studio.display import Action, Blocker, Confirmation, Fact, LockParty
from studio.models import Run
from studio.services import runs, undo


def parties(run: Run, board: Board, *, may_signal: bool) -> Sequence[LockParty]:
    """The lock panel, with buttons on those in the way whom the target's role may signal."""
    if not may_signal:
        return board.locks
    buttons = [_signals(run, one) for one in board.around if one["side"] == "before"]
    before = len(buttons)
    return [
        msgspec.structs.replace(shown, actions=found)
        for shown, found in zip(board.locks[:before], buttons, strict=True)
    ] + list(board.locks[before:])


def _signals(run: Run, found: dict[str, Any]) -> list[Action]:
    """Cancelling does nothing to a session that only sits in its transaction."""
    if not found.get("may_signal"):
        return []
    pid = found["pid"]
    fields = (
        ("pid", str(pid)),
        ("backend_start", str(found["backend_start"])),
        ("query_start", str(found["query_start"])),
    )
    cancel = Action(
        label=f"Cancel {pid}",
        url=reverse("run-cancel-backend", args=[run.pk]),
        small=True,
        fields=fields,
        confirm=Confirmation(
            tier=1,
            title=f"Cancel the statement of {pid}?",
            consequence="Its statement fails, its transaction rolls back, its session stays.",
        ),
    )
    end = Action(
        label=f"Terminate {pid}",
        url=reverse("run-end-backend", args=[run.pk]),
        style="danger",
        small=True,
        fields=fields,
        confirm=Confirmation(
            tier=2,
            title=f"End session {pid}?",
            consequence="Its transaction rolls back and its application loses the connection.",
            expect=run.target.name,
            expect_label="the target's name",
            reason=True,
        ),
    )
    return [cancel, end] if found.get("state") == "active" else [end]


def while_it_runs(run: Run, board: Board) -> list[Action]:
    """How to stop it, the gentlest first."""
    in_batches = board.backfill is not None
    if run.status not in (RunState.QUEUED, RunState.RUNNING):
        return []
    cancel = _cancel(run, board)
    stop = Action(
        label="Stop after this step",
        url=reverse("run-stop", args=[run.pk]),
        key="" if in_batches else ".",
    )
    pause = Action(
        label="Pause", url=reverse("run-pause", args=[run.pk]), icon="circle-pause", key="."
    )
    if run.wanted == Run.Wanted.CANCEL:
        return []
    if run.status is RunState.QUEUED or run.wanted:
        return [cancel]
    return [pause, stop, cancel] if in_batches else [stop, cancel]


def _cancel(run: Run, board: Board) -> Action:
    dear = rewrites_now(run, board)
    return Action(
        label="Cancel now",
        url=reverse("run-cancel", args=[run.pk]),
        style="danger",
        icon="ban",
        confirm=Confirmation(
            tier=2 if dear else 1,
            title="Cancel this run?",
            consequence=_of_a_cancel(run, board),
            expect=run.target.name if dear else "",
            expect_label="the target's name" if dear else "",
            reason=dear,
        ),
    )


def rewrites_now(run: Run, board: Board) -> bool:
    """Whether a table is written anew: to cancel that throws away what may be hours of work, so
    that it is not to be done by mistake."""
    step = _under_way(run, board)
    return step is not None and any(s.rewrites for stage in step.stages for s in stage.statements)


def _under_way(run: Run, board: Board) -> Step | None:
    steps = pages.plan_of(run.plan_id).steps
    return next((step for step in steps if step.number == board.under_way), None)


def _of_a_cancel(run: Run, board: Board) -> str:
    """What it does to the statement that is under way."""
    step = _under_way(run, board)
    if step is None:
        return "No step is under way. What is done stays done."
    modes = {stage.mode for stage in step.stages}
    if rewrites_now(run, board):
        said = (
            "The table is written anew; all that is written so far is thrown away, and a resume"
            " begins from the first row."
        )
    elif StageMode.BATCHED in modes:
        said = "The batch under way rolls back; a resume goes on behind the last one that is done."
    elif StageMode.CONCURRENT in modes:
        said = (
            "What is built or dropped outside a transaction is left INVALID, is removed if nothing"
            " is in the way of that, and is done anew by a resume."
        )
    else:
        said = "The stage under way rolls back, as if it had not begun."
    return f"Step {step.number}: {said} What is done stays done."


def after_it_stopped(run: Run) -> list[Action]:
    """After a failure, the safest first."""
    if run.status not in runs.RESUMABLE:
        return []
    waiting = (
        [Blocker(text=f"Backend {run.orphan_pid} still holds the lock.", clears_itself=True)]
        if run.orphan_pid
        else []
    )
    plan = pages.plan_of(run.plan_id)
    resume = Action(
        label="Resume",
        url=reverse("run-resume", args=[run.pk]),
        style="primary",
        icon="play",
        blockers=waiting,
        confirm=Confirmation(
            tier=1,
            title=f"Resume on {run.target}?",
            consequence="It goes on at the first step that is not done. Nothing is done twice.",
            facts=(
                Fact(term="target", value=run.target.name),
                Fact(term="worst lock", value=worst_lock_of(plan)),
            ),
        )
        if run.environment.is_prod
        else None,
    )
    return [resume, *_take_back(run), _give_up(run)]


def _take_back(run: Run) -> list[Action]:
    """Its done steps, where it has any: looked at on a page of its own first."""
    if run.change is None or not undo.is_undoable(run.change):
        return []
    url = reverse("change-undo", args=[run.change.pk])
    return [Action(label="Undo its done steps", url=url, method="get", icon="rotate-ccw")]


def _give_up(run: Run) -> Action:
    return Action(
        label="Close with drift",
        url=reverse("run-close", args=[run.pk]),
        style="danger",
        confirm=Confirmation(
            tier=2,
            title="Give this run up?",
            consequence=(
                "What is done stays as it is, and the record says so: live then differs from what"
                " was declared until another change mends it."
            ),
            expect=run.target.name,
            expect_label="the target's name",
            reason=True,
        ),
    )


# A step that is left out, or was done by hand --------------------------------------------------


def deciding(run: Run, found: Choices, label: str) -> list[Action]:
    """About the step at which the run stopped; what may not be says why."""
    return [_skip(run, found, label), _mark(run, found, label)]


def _skip(run: Run, found: Choices, label: str) -> Action:
    return Action(
        label=f"Skip step {found.step}",
        url=reverse("run-skip", args=[run.pk]),
        icon="skip-forward",
        fields=(("step", str(found.step)),),
        blockers=[Blocker(text=_sentence(found.not_skipped))] if found.not_skipped else [],
        confirm=_about_a_step(
            run,
            title=f"Leave out {label}?",
            consequence=f"{_left_by(run, found.step)} The record says so; a resume goes on behind.",
        ),
    )


def _left_by(run: Run, number: int) -> str:
    """What stays of a step that is left out: of all others the catalog shows that nothing does."""
    step = next(step for step in pages.plan_of(run.plan_id).steps if step.number == number)
    if any(stage.mode is StageMode.BATCHED for stage in step.stages):
        return "Rows that its batches wrote stay as they are; the rest is not done."
    if not step.operation.is_foretold:
        return "What it may have done already stays: nobody can look that up."
    return "Nothing of it is done."


def _mark(run: Run, found: Choices, label: str) -> Action:
    return Action(
        label=f"Mark step {found.step} as done",
        url=reverse("run-mark-done", args=[run.pk]),
        icon="check",
        fields=(("step", str(found.step)),),
        blockers=[Blocker(text=_sentence(found.not_marked))] if found.not_marked else [],
        confirm=_about_a_step(
            run,
            title=f"Was {label} done by hand?",
            consequence="The live schema is what it leaves. A resume goes on behind it.",
        ),
    )


def _about_a_step(run: Run, *, title: str, consequence: str) -> Confirmation:
    return Confirmation(
        tier=2,
        title=title,
        consequence=consequence,
        expect=run.target.name,
        expect_label="the target's name",
        reason=True,
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].rstrip(".") + "."
