"""Where a run stands, in one sentence or two: what is true now, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from migrate_core.states import RunState
from studio.display import Shown
from studio.models import Run

Ahead = Sequence[Run]


class HowFar(Shown, frozen=True, kw_only=True):
    done: int
    settled: int  # done, or left out by a person
    steps: int
    following: int  # the step at which it goes on


def says(run: Run, state: str, far: HowFar, *, now: datetime, ahead: Ahead = ()) -> str:
    values = {
        "progress": f"{far.done} of {far.steps} steps done",
        "steps": far.steps,
        "next": far.following,
        "stops": "when its batch or stage is over"
        if run.wanted == Run.Wanted.PAUSE
        else "when the running step is done",
        "waited": _waited(run, now),
        "pid": run.orphan_pid,
        "reason": run.closed_reason or "no reason given",
        "losses": run.losses,
        "worker": run.lost_worker,
        "lost": f"{run.lost_at:%H:%M:%S} UTC" if run.lost_at else "",
        "place": _place(ahead),
        "holder": run.held_by.rstrip("."),
        "when": f"{run.not_before:%Y-%m-%d %H:%M} UTC" if run.not_before else "",
    }
    in_part = state == "done" and far.settled > far.done
    case = "done_in_part" if in_part else _case(run, state, ahead)
    said = _SAYS.get(case, _SAYS["running"]).format(**values)
    again = _TAKEN_UP.format(**values, now=run.worker)
    return f"{said} {again}" if run.lost_at and run.status is RunState.RUNNING else said


def _case(run: Run, state: str, ahead: Ahead) -> str:
    if state == "lost" and run.orphan_pid:
        return "orphaned"
    if state == "lost" and run.status is RunState.RUNNING:
        return "silent"
    if state == "scheduled" and run.window:
        return f"window_{run.window}"
    if state == "queued" and ahead:
        return "behind_after_loss" if run.lost_at else "behind"
    if state == "queued" and run.held_by:
        return "held"
    if state in ("queued", "stuck") and run.lost_at:
        return "taken_up" if state == "queued" else "taken_up_by_nobody"
    return state


_SAYS = {
    "queued": "Waiting for a worker to take it. Nothing was changed yet.",
    "scheduled": (
        "It starts by itself at {when}. Nothing is changed before; its gates are asked again then."
    ),
    "window_asked": (
        "It starts by itself as soon as the policy lets it, at {when}. Nothing is changed before;"
        " its gates are asked again then."
    ),
    "window_missed": (
        "The policy's window was closed when its turn came, so it waits: it starts by itself when"
        " that opens, at {when}. Nothing was changed."
    ),
    "behind": (
        "{place} It starts by itself; its gates are asked again then, and if the schema is"
        " no longer the one it was planned for, it is refused and nothing is changed."
    ),
    "behind_after_loss": "{progress}. {place} It goes on at step {next} by itself.",
    "held": ("{progress}. {holder}. It is tried again every few seconds, and goes on by itself."),
    "stuck": (
        "No worker has taken it for {waited} s. Nothing was changed. It starts by itself as soon"
        " as a worker is there."
    ),
    "taken_up": (
        "{progress}. Worker {worker} was gone at {lost}, and nobody holds the lock. The next worker"
        " goes on at step {next}; what was done is not done again."
    ),
    "taken_up_by_nobody": (
        "{progress}. Worker {worker} was gone at {lost}, and for {waited} s no other has taken it"
        " up. It goes on at step {next} by itself as soon as a worker is there."
    ),
    "orphaned": (
        "{progress}. The worker is silent, and its backend {pid} still works and holds the lock."
        " When that has ended, the next worker takes the run up by itself."
    ),
    "silent": (
        "{progress}. The worker went silent; we are looking at the target. Once nobody works"
        " there for it, the next worker takes the run up by itself."
    ),
    "lost": (
        "{progress}. Its worker was lost {losses} times at the same place, at last at {lost}, so it"
        " is not taken up again by itself. The lock is released. Resume goes on at step {next};"
        " what was done is not done again."
    ),
    "failed": "{progress}. Lock released. Resume starts at step {next}.",
    "paused": "{progress}. Lock released. Resume starts at step {next}.",
    "cancelled": "{progress}. Cancelled on request; a resume starts at step {next}.",
    "cancelling": "{progress}. The running statement is being cancelled.",
    "pausing": "{progress}. It stops {stops}.",
    "done": "All {steps} steps are done and on the record.",
    "done_in_part": "{progress}; a person left out the others. All of it is on the record.",
    "closed": "{progress}. Closed: {reason}",
    "running": "{progress}. It is safe to close this tab.",
}
_TAKEN_UP = "Worker {worker} was gone at {lost}; taken up again by {now}."


def _place(ahead: Ahead) -> str:
    """Its position in the queue of its target, and who is nearest before it."""
    if not ahead:
        return ""
    last = ahead[-1]
    words = "which is running" if last.status is RunState.RUNNING else "which waits too"
    return f"Number {len(ahead) + 1} on this target, behind run {last.number}, {words}."


def _waited(run: Run, now: datetime) -> int:
    since = max(at for at in (run.queued_at, run.lost_at, run.not_before) if at)
    return max(int((now - since).total_seconds()), 0)


def lease(run: Run, silent: bool, now: datetime) -> str:
    """Who works on it, and when that was last heard of: a sentence after what is said of it."""
    if run.status is RunState.QUEUED:
        return "" if run.lost_at else "No worker yet."
    if run.status is not RunState.RUNNING:
        return f"Worker {run.worker}." if run.worker else ""
    if run.heartbeat_at is None:
        return f"Worker {run.worker}, gone."
    seconds = max(int((now - run.heartbeat_at).total_seconds()), 0)
    word = f"silent for {seconds} s" if silent else f"alive {seconds} s ago"
    return f"Worker {run.worker}, {word}."
