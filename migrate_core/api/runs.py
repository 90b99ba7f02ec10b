"""Writing to a target: apply and resume, all through one runner and its gates."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from migrate_core.api.gate import check
from migrate_core.api.schemas import Schemas
from migrate_core.api.undo import open_run_of
from migrate_core.errors import ConflictError
from migrate_core.ledger import ledger
from migrate_core.ledger.rows import Event, RunRow
from migrate_core.pg.connect import Endpoint, apply_session, plan_session
from migrate_core.planning.gates import Circumstances
from migrate_core.planning.plan import Plan, decode_plan
from migrate_core.planning.verified import judged
from migrate_core.risk.policy import Policy
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
        judged(plan, circumstances.verified),
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
        return open_run_of(conn)


def done_steps(endpoint: Endpoint, run_id: UUID) -> frozenset[int]:
    """Numbers of the steps of a run that are done."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        rows = ledger.steps(conn, run_id=run_id)
    return frozenset(row.step for row in rows if row.status is StepState.DONE)
