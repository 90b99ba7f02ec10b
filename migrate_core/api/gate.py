"""The gates as every caller asks them: what one refuses, all refuse."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import msgspec
from psycopg import Connection

from migrate_core.api.schemas import Schemas, read_live
from migrate_core.errors import (
    ConflictError,
    DriftError,
    GateRefusedError,
    MigrateError,
    OutsideWindowError,
)
from migrate_core.ledger import ledger
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.planning.gates import Circumstances, Gate, GateState, Policy, gates, refused
from migrate_core.planning.plan import Plan
from migrate_core.schema.fingerprint import changed_objects, fingerprint
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value
from migrate_core.snapshots import store


class Drift(Value, frozen=True, kw_only=True):
    """`recorded` None: the ledger knows no schema yet, which is not drift."""

    live: str
    recorded: str | None
    changed: tuple[str, ...] = ()  # kind and name of each object that differs

    @property
    def is_drift(self) -> bool:
        return bool(self.changed)


def drift(endpoint: Endpoint, schemas: Schemas = None) -> Drift:
    """Live compared with the last schema on the record."""
    with closing(plan_session(endpoint, "zanith/drift")) as conn:
        return drift_of(conn, read_live(conn, endpoint, schemas))


def drift_of(conn: Connection[Any], live: SchemaGraph) -> Drift:
    recorded = store.latest(conn)
    if recorded is None:
        return Drift(live=fingerprint(live), recorded=None)
    return Drift(
        live=fingerprint(live),
        recorded=fingerprint(recorded),
        changed=changed_objects(recorded, live),
    )


def gates_now(
    plan: Plan, policy: Policy, circumstances: Circumstances, live: SchemaGraph
) -> tuple[Gate, ...]:
    """All gates, with the live schema as it is, and now unless another moment is asked about."""
    now = msgspec.structs.replace(
        circumstances,
        live_fingerprint=fingerprint(live),
        at=circumstances.at or datetime.now(UTC),
    )
    return gates(plan, policy, now)


def refuse_drift(found: Drift) -> None:
    """Raises DriftError where the live schema is not the one on the record."""
    if found.is_drift:
        shown = ", ".join(found.changed[:10])
        more = f" and {len(found.changed) - 10} more" if len(found.changed) > 10 else ""
        raise DriftError(
            "the live schema is not what the ledger says",
            detail=f"Changed outside of migrations: {shown}{more}.",
            still_true="Nothing was changed.",
            hint="Undo the change by hand, or take what is live as the new baseline:"
            " zanith migrate adopt.",
        )


def refuse(found: Sequence[Gate]) -> None:
    """
    Raises:
        OutsideWindowError: all that is in the way is that no window is open.
        DriftError: only gate 5 is closed.
        GateRefusedError: any other.
    """
    closed = refused(tuple(found))
    if not closed:
        return
    words = "; ".join(f"gate {gate.number} ({gate.name}): {gate.says}" for gate in closed)
    error = _kind(closed)(
        words,
        still_true="Nothing was changed.",
        hint=" ".join(dict.fromkeys(gate.fix for gate in closed if gate.fix)),
    )
    if isinstance(error, OutsideWindowError):
        error.opens = max(gate.opens for gate in closed if gate.opens)
    raise error


def _kind(closed: Sequence[Gate]) -> type[MigrateError]:
    if all(gate.state is GateState.WAITING and gate.opens for gate in closed):
        return OutsideWindowError
    return DriftError if {gate.number for gate in closed} == {5} else GateRefusedError


def check(
    plan: Plan,
    policy: Policy,
    circumstances: Circumstances,
    conn: Connection[Any],
    live: SchemaGraph,
) -> None:
    """What the runner asks under the lock, before anything is written.

    Raises:
        DriftError: the live schema is not the one on the record, or not the plan's.
        OutsideWindowError: it only has to wait until a window opens.
        GateRefusedError: another gate is closed.
        ConflictError: the migration that it needs is not applied.
    """
    refuse_without(conn, plan.migration_id, plan.needs)
    if not is_half_way(conn):
        refuse_drift(drift_of(conn, live))
    refuse(gates_now(plan, policy, circumstances, live))


def refuse_without(
    conn: Connection[Any], migration_id: str, needs: str, pending: Collection[str] = ()
) -> None:
    """Raises ConflictError where the migration it needs is neither applied nor pending."""
    if not needs or needs in pending:
        return
    if not any(row.id == needs and row.reverted_at is None for row in ledger.applied(conn)):
        raise ConflictError(
            f"{migration_id} needs {needs}, which is not applied here",
            still_true="Nothing was changed.",
            hint=f"Apply {needs} first.",
        )


def is_half_way(conn: Connection[Any]) -> bool:
    """Whether a run stopped in the middle: live is then between two records, and the runner
    judges every object by the steps that are done."""
    return any(run.state not in ("done", "closed") for run in ledger.runs(conn))
