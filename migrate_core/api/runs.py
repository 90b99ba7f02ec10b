"""Writing to a target: apply, resume and undo, all through one runner and its gates."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

from migrate_core.api.gate import check
from migrate_core.api.plans import measure
from migrate_core.api.schemas import Schemas
from migrate_core.errors import ConflictError, MisuseError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from migrate_core.ledger.rows import Event, RunRow, StepRow
from migrate_core.operations.base import Effect, Operation
from migrate_core.operations.registry import from_builtins
from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint, apply_session, plan_session
from migrate_core.pg.version import major
from migrate_core.planning.gates import Circumstances, Policy
from migrate_core.planning.plan import Plan, build, decode_plan
from migrate_core.runner import apply as runner
from migrate_core.runner.options import Control, RunOptions, RunResult
from migrate_core.states import StepState

Listener = Callable[[Event], None]
APPLICATION = "zanith/apply"


def apply(
    endpoint: Endpoint,
    plan: Plan,
    *,
    policy: Policy,
    circumstances: Circumstances,
    actor: str,
    run_id: UUID | None = None,
    listener: Listener | None = None,
    control: Control | None = None,
    schemas: Schemas = None,
    options: RunOptions | None = None,
) -> RunResult:
    """Run what is not done yet; a run of this migration that stopped goes on."""
    return runner.apply(
        plan,
        connect=partial(apply_session, endpoint, APPLICATION),
        run_id=run_id or uuid4(),
        actor=actor,
        check=partial(check, plan, policy, circumstances),
        listener=listener,
        control=control,
        schemas=None if schemas is None else tuple(schemas),
        options=options,
    )


def resume(endpoint: Endpoint, run_id: UUID, **asked: Any) -> RunResult:
    """Go on with a run by the plan that the ledger holds; takes what apply() takes."""
    return apply(endpoint, recorded_plan(endpoint, run_id), run_id=run_id, **asked)


def recorded_plan(endpoint: Endpoint, run_id: UUID) -> Plan:
    """Raises ConflictError where the target's ledger has no such run."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        data = ledger.plan_of(conn, run_id)
    if data is None:
        raise ConflictError(
            f"the target's ledger has no run {run_id}",
            still_true="Nothing was changed.",
            hint="zanith migrate history shows its runs.",
        )
    return decode_plan(data)


def open_run(endpoint: Endpoint) -> RunRow | None:
    """The run that is neither done nor closed; the runner lets there be one."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        return _open_run(conn)


def done_steps(endpoint: Endpoint, run_id: UUID) -> frozenset[int]:
    """Numbers of the steps of a run that are done."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        rows = ledger.steps(conn, run_id=run_id)
    return frozenset(row.step for row in rows if row.status is StepState.DONE)


def down(endpoint: Endpoint, migration_id: str | None = None, *, schemas: Schemas = None) -> Plan:
    """The plan that undoes a migration's done steps, last one first.

    Of the last one applied, or of the run that stopped half-way; `migration_id` names another.

    Raises:
        MisuseError: there is nothing to undo.
        ConflictError: a step has no inverse; names it.
    """
    with closing(plan_session(endpoint, "zanith/plan")) as conn:
        undone, cycle = _to_undo(conn, migration_id)
        steps = _done_steps(conn, undone, cycle)
        operations = tuple(from_builtins(row.inverse) for row in _invertible(steps))
        return build(
            operations,
            read_graph(conn, schemas),
            migration_id=undone,
            checksum=codec.digest(operations),
            major=major(conn),
            ask=partial(measure, conn),
            direction="down",
            cycle=cycle,
        )


def _open_run(conn: Connection[Any]) -> RunRow | None:
    return next((r for r in ledger.runs(conn) if r.state not in ("done", "closed")), None)


def _to_undo(conn: Connection[Any], wanted: str | None) -> tuple[str, int]:
    """(migration, cycle)."""
    opened = _open_run(conn)
    if opened and opened.migration_id and wanted in (None, opened.migration_id):
        return opened.migration_id, opened.cycle
    applied = [row for row in ledger.applied(conn) if row.reverted_at is None]
    found = [row for row in applied if wanted in (None, row.id)]
    if not found:
        raise MisuseError(
            f"{wanted} is not applied" if wanted else "no migration is applied",
            hint="zanith migrate status shows what is.",
        )
    return found[-1].id, found[-1].cycle


def _done_steps(conn: Connection[Any], migration_id: str, cycle: int) -> list[StepRow]:
    """Last one first."""
    rows = ledger.steps(conn, migration_id=migration_id)
    done = [
        row
        for row in rows
        if (row.cycle, row.direction, row.status) == (cycle, "up", StepState.DONE)
    ]
    return sorted(done, key=lambda row: -row.step)


def _invertible(rows: list[StepRow]) -> list[StepRow]:
    """Those to run. A backfill of a column that the same migration added goes with the column.

    Raises:
        ConflictError: nothing undoes one of the others.
    """
    operations = {row.step: from_builtins(row.operation) for row in rows}
    stuck = [r for r in rows if r.inverse is None and not _goes_along(r, operations)]
    if stuck:
        names = ", ".join(f"step {row.step} ({row.kind} {row.subject})" for row in stuck)
        raise ConflictError(
            f"nothing undoes {names}",
            still_true="Nothing was changed.",
            hint="Write a migration that leads to the schema you want.",
        )
    return [row for row in rows if row.inverse is not None]


def _goes_along(row: StepRow, operations: dict[int, Operation]) -> bool:
    operation = operations[row.step]
    made_here = {
        other.subject
        for number, other in operations.items()
        if number < row.step and other.effect is Effect.CREATE
    }
    return operation.effect is Effect.FILL and operation.subject in made_here
