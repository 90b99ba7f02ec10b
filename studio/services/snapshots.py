"""Stored schemas of a target: what it looked like, and any two of them side by side."""

from __future__ import annotations

from contextlib import closing

from migrate_core import api
from migrate_core.pg.connect import plan_session
from migrate_core.schema.graph import SchemaGraph
from migrate_core.snapshots import store
from migrate_core.snapshots.store import Snapshot
from migrate_core.states import ChangeState
from studio.models import Change, Run, Target
from studio.services import changes, targets
from studio.services.refusals import StaleError

LIVE = "live"


def stored(target: Target) -> list[Snapshot]:
    """Newest first."""
    with closing(plan_session(targets.endpoint(target), targets.APPLICATION)) as conn:
        return list(reversed(store.stored(conn)))


def graph(target: Target, fingerprint: str) -> SchemaGraph:
    """A stored schema, or the live one where the fingerprint is the word `live`."""
    endpoint = targets.endpoint(target)
    if fingerprint == LIVE:
        return api.found(endpoint, target.wanted_schemas)
    with closing(plan_session(endpoint, targets.APPLICATION)) as conn:
        found = store.load(conn, fingerprint)
    if found is None:
        raise StaleError(
            f"there is no snapshot {fingerprint[:12]} of this target",
            hint="Choose one from the list.",
        )
    return found


def of_run(run: Run) -> tuple[SchemaGraph | None, SchemaGraph | None]:
    """What the ledger kept from before and after a run."""
    with closing(plan_session(targets.endpoint(run.target), targets.APPLICATION)) as conn:
        return store.of_run(conn, run.pk, "before"), store.of_run(conn, run.pk, "after")


def around(change: Change) -> tuple[SchemaGraph, SchemaGraph]:
    """What a change changes, or changed: from the ledger once it is applied."""
    run = change.runs.order_by("-number").first()
    if change.status is ChangeState.APPLIED and run:
        before, after = of_run(run)
        if before is not None and after is not None:
            return before, after
    live = api.found(targets.endpoint(change.target), change.target.wanted_schemas)
    return live, api.after(live, changes.migration(change))
