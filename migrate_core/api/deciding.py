"""What a person asks of a run, or decides about a step of one that has stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID

from psycopg import Connection

from migrate_core import snapshots
from migrate_core.api.schemas import Schemas
from migrate_core.api.upkeep import writing
from migrate_core.errors import ConflictError, MisuseError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger, record, wishes
from migrate_core.ledger.journal import Entry
from migrate_core.ledger.rows import RunRow
from migrate_core.ledger.wishes import Wish
from migrate_core.pg.connect import Endpoint, apply_session, plan_session
from migrate_core.planning.plan import Step, decode_plan
from migrate_core.runner import resume
from migrate_core.runner.deciding import Standing, why_not_done, why_not_skip
from migrate_core.schema.objects import Value
from migrate_core.states import RunState

APPLICATION = "zanith/steer"


class Choices(Value, frozen=True, kw_only=True):
    """About the step at which a run stopped; a text says why it may not be."""

    step: int
    not_skipped: str | None
    not_marked: str | None


def steer(
    endpoint: Endpoint,
    run_id: UUID,
    *,
    actor: str,
    wanted: Wish | None = None,
    pace: int | None = None,
) -> None:
    """Ask a run that another process drives to pause, stop, cancel, or slow its backfills down.

    It heeds between statements, batches and tries, and at once in a long statement where it is
    to cancel. `pace` (1 to 100 percent of the time) stays over a resume.

    Raises:
        ConflictError: the ledger has no such run, or it is over.
    """
    if pace is not None and not 1 <= pace <= wishes.FULL_PACE:
        raise MisuseError(f"a pace of {pace} % is none", hint="Give 1 to 100.")
    with closing(apply_session(endpoint, APPLICATION)) as conn:
        run = _run(conn, run_id)
        if run.state in (RunState.DONE, RunState.CLOSED):
            raise ConflictError(f"run {run_id} is {run.state}", hint="There is nothing to steer.")
        wishes.ask(conn, run_id, actor=actor, wanted=wanted, pace=pace)


def choices(endpoint: Endpoint, run_id: UUID, *, schemas: Schemas = None) -> Choices | None:
    """None where every step of the run is settled, or another session works on it."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        standing = _standing(conn, run_id, schemas)
        left = [s for s in standing.plan.steps if s.number not in standing.settled]
        if not left:
            return None
        return Choices(
            step=left[0].number,
            not_skipped=why_not_skip(standing, left[0]),
            not_marked=why_not_done(standing, left[0]),
        )


def skip_step(
    endpoint: Endpoint,
    run_id: UUID,
    step: int,
    *,
    actor: str,
    reason: str,
    schemas: Schemas = None,
    mac_key: bytes | None = None,
) -> None:
    """Leave a step out, on the record; the resume goes on behind it.

    Raises:
        ConflictError: a part of it stands, or a later step needs it; names it.
        RunInProgressError: another session works on the run.
    """

    def skip(entry: Entry, conn: Connection[Any], wanted: Step) -> None:
        rows = ledger.steps(conn, run_id)
        record.step_skipped(entry, resume.attempt_of(run_id, wanted, rows), reason=reason)

    _decide(endpoint, run_id, step, actor, schemas, mac_key, why_not_skip, "skipped", skip)


def mark_step_done(
    endpoint: Endpoint,
    run_id: UUID,
    step: int,
    *,
    actor: str,
    reason: str,
    schemas: Schemas = None,
    mac_key: bytes | None = None,
) -> None:
    """Somebody did it by hand, and the whole schema is what the step leaves.

    Raises:
        ConflictError: it is not, or no catalog could show it.
        RunInProgressError: another session works on the run.
    """

    def mark(entry: Entry, conn: Connection[Any], wanted: Step) -> None:
        rows = ledger.steps(conn, run_id)
        attempt = resume.attempt_of(run_id, wanted, rows)
        record.step_running(entry, attempt)
        record.step_done(entry, attempt, marked=reason)

    _decide(endpoint, run_id, step, actor, schemas, mac_key, why_not_done, "marked as done", mark)


def _decide(
    endpoint: Endpoint,
    run_id: UUID,
    step: int,
    actor: str,
    schemas: Schemas,
    mac_key: bytes | None,
    why_not: Callable[[Standing, Step], str | None],
    verb: str,
    write: Callable[[Entry, Connection[Any], Step], None],
) -> None:
    """Under the lock: nobody works on the run, and the schema stays as it was looked at."""
    with writing(endpoint, actor, run_id=run_id, mac_key=mac_key) as (conn, entry):
        run = _run(conn, run_id)
        if run.state in (RunState.DONE, RunState.CLOSED):
            raise ConflictError(f"run {run_id} is {run.state}", still_true="Nothing was changed.")
        standing = _standing(conn, run_id, schemas)
        wanted = next((s for s in standing.plan.steps if s.number == step), None)
        if wanted is None:
            raise MisuseError(f"the run has no step {step}", still_true="Nothing was changed.")
        why = why_not(standing, wanted)
        if why:
            raise ConflictError(
                f"step {step} ({wanted.kind} {wanted.label}) cannot be {verb}",
                detail=why[0].upper() + why[1:] + ".",
                still_true="Nothing was changed.",
                hint="Mend the cause and resume, undo the done steps, or close the run.",
            )
        for row in resume.dead(ledger.steps(conn, run_id)):
            record.step_interrupted(entry, row)
        write(entry, conn, wanted)


def _standing(conn: Connection[Any], run_id: UUID, schemas: Schemas) -> Standing:
    _run(conn, run_id)
    data, base = ledger.plan_of(conn, run_id), snapshots.of_run(conn, run_id, "before")
    assert data is not None  # written in the transaction that made the run
    assert base is not None  # in the same
    plan, rows = decode_plan(data), ledger.steps(conn, run_id)
    done = resume.done_numbers(rows)
    seen = {s.number: snapshots.of_run(conn, run_id, f"step {s.number}")
            for s in plan.steps if s.number in done and not s.operation.is_foretold}  # fmt: skip
    return Standing(
        plan=plan,
        base=base,
        live=read_graph(conn, schemas),
        done=done,
        settled=resume.settled_numbers(rows),
        seen={number: graph for number, graph in seen.items() if graph is not None},
    )


def _run(conn: Connection[Any], run_id: UUID) -> RunRow:
    run = ledger.run(conn, run_id) if ledger.exists(conn) else None
    if run is None:
        raise ConflictError(
            f"the target's ledger has no run {run_id}",
            hint="zanith migrate history shows its runs.",
        )
    return run
