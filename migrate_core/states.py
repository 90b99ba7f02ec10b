"""The one transition table: what a change, a run and a step may become.

CLI, web, API and tasks all ask here; nothing ends in a state that needs a hand-edited row.
"""

from __future__ import annotations

from enum import StrEnum

from migrate_core.errors import MigrateError


class StepState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # its session died; a resume decides from the catalog
    SKIPPED = "skipped"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    LOST = "lost"  # no heartbeat, and nobody holds the target's lock
    CANCELLED = "cancelled"
    DONE = "done"
    CLOSED = "closed"  # given up with drift, on the record


class ChangeState(StrEnum):
    DRAFT = "draft"
    PLANNED = "planned"
    VERIFIED = "verified"
    APPROVED = "approved"
    RUNNING = "running"
    FAILED = "failed"
    APPLIED = "applied"
    REVERTED = "reverted"  # undone by a run of its own
    CLOSED = "closed"


class IllegalTransitionError(MigrateError):
    """A move that the transition table does not have."""

    code = "illegal_transition"


State = StepState | RunState | ChangeState

_S, _R, _C = StepState, RunState, ChangeState
_MOVES: tuple[tuple[State, frozenset[State]], ...] = (
    (_S.PENDING, frozenset({_S.RUNNING, _S.SKIPPED})),
    (_S.RUNNING, frozenset({_S.DONE, _S.FAILED, _S.INTERRUPTED})),
    (_S.DONE, frozenset()),
    (_S.FAILED, frozenset()),  # a new try is a new row
    (_S.INTERRUPTED, frozenset()),
    (_S.SKIPPED, frozenset()),
    (_R.QUEUED, frozenset({_R.RUNNING, _R.CANCELLED, _R.FAILED})),
    # back to queued: somebody else holds the target's lock
    (
        _R.RUNNING,
        frozenset({_R.DONE, _R.FAILED, _R.PAUSED, _R.LOST, _R.CANCELLED, _R.QUEUED}),
    ),
    (_R.PAUSED, frozenset({_R.QUEUED, _R.CANCELLED, _R.CLOSED})),
    (_R.FAILED, frozenset({_R.QUEUED, _R.CLOSED})),
    (_R.LOST, frozenset({_R.QUEUED, _R.RUNNING, _R.CLOSED})),
    (_R.CANCELLED, frozenset({_R.QUEUED, _R.CLOSED})),
    (_R.DONE, frozenset()),
    (_R.CLOSED, frozenset()),
    (_C.DRAFT, frozenset({_C.PLANNED, _C.CLOSED})),
    (_C.PLANNED, frozenset({_C.PLANNED, _C.VERIFIED, _C.CLOSED})),
    (_C.VERIFIED, frozenset({_C.PLANNED, _C.VERIFIED, _C.APPROVED, _C.RUNNING, _C.CLOSED})),
    (_C.APPROVED, frozenset({_C.PLANNED, _C.VERIFIED, _C.APPROVED, _C.RUNNING, _C.CLOSED})),
    # back to planned: refused under the lock, before the first step
    (_C.RUNNING, frozenset({_C.FAILED, _C.APPLIED, _C.PLANNED})),
    (_C.FAILED, frozenset({_C.RUNNING, _C.CLOSED, _C.REVERTED})),
    (_C.APPLIED, frozenset({_C.REVERTED})),
    (_C.REVERTED, frozenset()),  # what is still wanted, the next generate finds
    (_C.CLOSED, frozenset()),
)
# By class too: as texts `running` of a step, of a run and of a change are one key.
TRANSITIONS: dict[tuple[type[State], State], frozenset[State]] = {
    (type(now), now): then for now, then in _MOVES
}


def _legal(now: State) -> frozenset[State]:
    return TRANSITIONS[type(now), now]


def may_become(now: State, then: State) -> bool:
    return type(then) is type(now) and then in _legal(now)


def check(now: State, then: State) -> None:
    """Raises IllegalTransitionError unless the table has the move."""
    if not may_become(now, then):
        legal = ", ".join(sorted(_legal(now))) or "nothing: it is over"
        raise IllegalTransitionError(
            f"{type(now).__name__.removesuffix('State').lower()} is {now} and cannot become {then}",
            detail=f"From {now} it may become {legal}.",
            hint="Reload: somebody may have moved it meanwhile.",
        )


def is_over(state: State) -> bool:
    """Nothing follows by itself: only a person's decision, or nothing at all, moves it."""
    return state not in {_R.QUEUED, _R.RUNNING, _S.PENDING, _S.RUNNING, _C.RUNNING}
