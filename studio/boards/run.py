"""A run as its page shows it: made of the mirrored events alone, never of the target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from migrate_core.planning.plan import Plan, Step
from migrate_core.states import RunState
from studio.boards import locks, progress, standing
from studio.boards import log as words
from studio.boards.backfill import Backfill, backfill
from studio.boards.plan import WORTH_TELLING_SECONDS, stage_rows
from studio.display import ErrorRow, LockParty, LogLine, Shown, StepRow
from studio.models import Run, RunEvent
from studio.services import leases

SILENT_SECONDS = leases.SILENT_AFTER.total_seconds()
NO_WORKER_SECONDS = 6
LIVE_LINES = 40  # of the log, sent whole each time it moves; the evidence page has them all

# What an event makes of its step.
STEP_STATES = {
    "step_running": "running",
    "lock_waiting": "waiting_for_lock",
    "stage_begun": "running",
    "stage_done": "running",
    "batch_done": "running",
    "batch_waiting": "running",
    "artifact_kept": "running",
    "step_done": "done",
    "step_failed": "failed",
    "step_interrupted": "interrupted",
    "step_paused": "paused",
    "step_skipped": "skipped",
}
_OVER = {"done", "failed", "interrupted", "paused", "skipped"}


class Tale(Shown, frozen=True, kw_only=True):
    """What the events say about one step."""

    state: str = "pending"
    attempts: int = 0
    began: datetime | None = None
    ended: datetime | None = None
    elapsed_ms: float | None = None
    note: str = ""
    done_units: int | None = None
    total_units: int | None = None
    error: ErrorRow | None = None
    waiting: dict[str, Any] | None = None  # detail of the last lock_waiting, while it waits


class Board(Shown, frozen=True, kw_only=True):
    """Everything the page shows of one run at one moment."""

    run: Run
    state: str  # a display state
    text: str  # "Waiting for a lock, step 3 of 4"
    title: str  # of the browser's tab
    doc_state: str
    says: str  # the line under the title: what is so, and what happens next
    elapsed_ms: float | None
    steps: Sequence[StepRow]
    around: Sequence[dict[str, Any]]  # the sessions of `locks`, as they were seen
    locks: Sequence[LockParty]
    backfill: Backfill | None  # while one is under way
    settled_steps: int  # done or left out
    waiting: str  # "ACCESS EXCLUSIVE on public.users", while it waits
    waiting_note: str
    log: Sequence[LogLine]
    error: ErrorRow | None
    done_steps: int
    last_seq: int
    lease: str  # "Worker w1, alive 1 s ago."
    over: bool
    announce: str

    @property
    def under_way(self) -> int | None:
        """The number of the step that is."""
        return next((row.number for row in self.steps if row.current), None)

    @property
    def tail(self) -> Sequence[LogLine]:
        return self.log[-LIVE_LINES:]

    @property
    def earlier(self) -> int:
        """How many lines the tail leaves out."""
        return max(len(self.log) - LIVE_LINES, 0)


def board(
    run: Run, events: Sequence[RunEvent], plan: Plan, now: datetime, ahead: Sequence[Run] = ()
) -> Board:
    """`ahead`: what comes before it in the queue of its target."""
    tales = tell(events)
    steps = [_step(step, tales.get(step.number, Tale()), run, now) for step in plan.steps]
    done = sum(step.state == "done" for step in steps)
    settled = [step.number for step in steps if step.state in ("done", "skipped")]
    following = next((s.number for s in plan.steps if s.number not in settled), len(steps))
    far = standing.HowFar(done=done, settled=len(settled), steps=len(steps), following=following)
    current = next((step for step in steps if step.current), None)
    state = display_state(run, current.state if current else "", now, ahead)
    text = _text(state, current, len(steps))
    waiting = _waiting(run, tales)
    wanted = locks.wanted_lock(waiting, plan)
    around = locks.around(run, waiting, now) if _is_worked_on(run, now) else []
    return Board(
        run=run,
        state=state,
        text=text,
        title=f"({done}/{len(steps)}) Run {run.number} {text}",
        doc_state=_DOC_STATES.get(state, "running"),
        says=standing.says(run, state, far, now=now, ahead=ahead),
        elapsed_ms=_elapsed(run, now),
        steps=steps,
        around=around,
        backfill=_backfill(run, current, plan, events),
        settled_steps=len(settled),
        locks=locks.parties(around, locks.us(run, wanted)),
        waiting=wanted,
        waiting_note=locks.waiting_note(waiting),
        log=[words.line(event) for event in events if words.is_told(event)],
        error=ErrorRow(**_shown_error(run.error)) if run.error and run.is_over else None,
        done_steps=done,
        last_seq=events[-1].seq if events else run.last_seq,
        lease=standing.lease(run, is_silent(run, now), now),
        over=run.is_over,
        announce=f"Run {run.number}: {text}",
    )


def tell(events: Iterable[RunEvent]) -> dict[int, Tale]:
    """Step number -> its tale, the latest attempt's."""
    tales: dict[int, Tale] = {}
    for event in events:
        if event.step is not None and event.kind in STEP_STATES:
            tales[event.step] = _next(tales.get(event.step, Tale()), event)
    return tales


def _next(tale: Tale, event: RunEvent) -> Tale:
    state, detail = STEP_STATES[event.kind], event.detail
    fresh = event.kind == "step_running"
    began = event.at if fresh or tale.began is None else tale.began
    over = state in _OVER
    worked = over and state != "skipped"  # what a person decides takes a step no time
    return Tale(
        state=state,
        attempts=event.attempt or max(tale.attempts + fresh, 1),
        began=began,
        ended=event.at if over else None,
        elapsed_ms=_passed(detail.get("elapsed_ms"), began, event.at) if worked else None,
        note=words.note(event),
        done_units=detail.get("processed") if state != "failed" else None,
        total_units=detail.get("total") or tale.total_units,
        error=ErrorRow(**_shown_error(detail)) if state in {"failed", "interrupted"} else None,
        waiting={**detail, "step": event.step} if event.kind == "lock_waiting" else None,
    )


def _passed(given: float | None, began: datetime, ended: datetime) -> float:
    return float(given) if given is not None else (ended - began) / timedelta(milliseconds=1)


def _step(step: Step, tale: Tale, run: Run, now: datetime) -> StepRow:
    state = tale.state
    running = state in {"running", "waiting_for_lock"}
    idle = run.status is not RunState.RUNNING  # nobody works on what the events left running
    if state == "pending" and run.is_over:
        state = "not_reached" if run.status is not RunState.CLOSED else "skipped"
    if running and idle:
        state = "interrupted"
    running = running and not idle
    elapsed = tale.elapsed_ms
    if running and tale.began:
        elapsed = max((now - tale.began) / timedelta(milliseconds=1), 0)
    batched = any(stage.batch for stage in step.stages)
    seen = progress.advance(run.live) if running and _is_worked_on(run, now) else None
    return StepRow(
        number=step.number,
        kind=step.kind,
        object=step.label,
        state=state,
        elapsed_ms=elapsed,
        estimate=_foretold(step, elapsed),
        note=_note(tale, seen) if running else "",
        attempts=max(tale.attempts, 1),
        current=running,
        open=state == "failed",
        **_units(step, tale, seen if not batched else None, running and batched),
        phases=seen.phases if seen else (),
        error=tale.error if state in {"failed", "interrupted"} else None,
        stages=stage_rows(step.stages),
    )


def _foretold(step: Step, elapsed: float | None) -> str:
    """What it was to take, where that is worth a word or was too little."""
    found = step.estimate
    if found is None or max(found.high, (elapsed or 0) / 1000) < WORTH_TELLING_SECONDS:
        return ""
    return found.takes


def _note(tale: Tale, seen: progress.Advance | None) -> str:
    """What waits for its lock is not yet at what it waits to do."""
    if seen is None or tale.state == "waiting_for_lock":
        return tale.note
    return seen.note


def _units(
    step: Step, tale: Tale, seen: progress.Advance | None, in_batches: bool
) -> dict[str, Any]:
    """Of rows, by the batches' own count; else what PostgreSQL counts, where it counts at all."""
    if in_batches:
        return {"done_units": tale.done_units, "total_units": tale.total_units or step.facts.rows}
    if seen is None or not seen.total:
        return {}
    return {"done_units": seen.done, "total_units": seen.total, "unit": seen.unit}


# The run as a whole -----------------------------------------------------------------------------

_DOC_STATES = {
    "done": "done",
    "failed": "failed",
    "lost": "failed",
    "stuck": "waiting",
    "waiting_for_lock": "waiting",
    "paused": "waiting",
    "cancelled": "idle",
    "closed": "idle",
}


def is_silent(run: Run, now: datetime) -> bool:
    """Whether its worker gave no sign of life for some heartbeats."""
    if run.status is not RunState.RUNNING:
        return False
    if run.heartbeat_at is None:
        return True  # its process was seen to die
    return (now - run.heartbeat_at).total_seconds() > SILENT_SECONDS


def _backfill(
    run: Run, current: StepRow | None, plan: Plan, events: Sequence[RunEvent]
) -> Backfill | None:
    if current is None:
        return None
    step = next(step for step in plan.steps if step.number == current.number)
    return backfill(run, step, events) if any(stage.batch for stage in step.stages) else None


def _is_worked_on(run: Run, now: datetime) -> bool:
    return run.status is RunState.RUNNING and not is_silent(run, now)


def display_state(run: Run, step_state: str, now: datetime, ahead: Sequence[Run] = ()) -> str:
    if run.status is RunState.QUEUED:
        return _queued_state(run, now, ahead)
    if run.status is not RunState.RUNNING:
        return run.state
    if is_silent(run, now):
        return "lost"
    if run.wanted == Run.Wanted.CANCEL:
        return "cancelling"
    if run.wanted:
        return "pausing"
    return "waiting_for_lock" if step_state == "waiting_for_lock" else "running"


def _queued_state(run: Run, now: datetime, ahead: Sequence[Run]) -> str:
    """`stuck` only where it could begin, and no worker takes it."""
    if run.not_before and run.not_before > now:
        return "scheduled"
    if ahead or run.held_by:
        return "queued"
    since = max(at for at in (run.queued_at, run.lost_at, run.not_before) if at)
    waits = (now - since).total_seconds() > NO_WORKER_SECONDS
    return "stuck" if waits else "queued"


def _text(state: str, current: StepRow | None, steps: int) -> str:
    name = {
        "waiting_for_lock": "waiting for a lock",
        "stuck": "waiting for a worker",
        "lost": "worker lost",
        "pausing": "is asked to stop",
    }.get(state, state)
    return f"{name}, step {current.number} of {steps}" if current else name


def _elapsed(run: Run, now: datetime) -> float | None:
    if run.started_at is None:
        return None
    return ((run.finished_at or now) - run.started_at) / timedelta(milliseconds=1)


def _shown_error(stored: dict[str, Any]) -> dict[str, str]:
    """From a stored error, or the detail of a failed step: the five fields of a notice."""
    given = {
        "message": stored.get("message") or stored.get("error") or "it ended without a word",
        "detail": stored.get("detail") or "",
        "hint": stored.get("hint") or "",
        "still_true": stored.get("still_true") or "",
        "sqlstate": stored.get("sqlstate") or "",
    }
    return {name: str(value) for name, value in given.items()}


# Locks ------------------------------------------------------------------------------------------


def _waiting(run: Run, tales: dict[int, Tale]) -> dict[str, Any] | None:
    if run.status is not RunState.RUNNING:
        return None
    return next((tale.waiting for tale in tales.values() if tale.waiting), None)
