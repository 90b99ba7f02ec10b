"""Verifying a plan: one rehearsal on the shadow before the target is touched."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

import msgspec

from migrate_core.api.schemas import Schemas, found
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import Source
from migrate_core.errors import VerificationFailedError
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.planning.plan import Plan
from migrate_core.schema.graph import SchemaGraph
from migrate_core.verify import verify as rehearsal
from migrate_core.verify.baseline import refuse_drift
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import VerifyReport
from migrate_core.verify.verify import NOTHING_MORE


def verify(
    endpoint: Endpoint,
    plan: Plan,
    *,
    wanted: SchemaGraph,
    declared: Source | None,
    shadow: ShadowServer,
    earlier: Sequence[Plan] = (),
    schemas: Schemas = None,
    options: Rehearsing = NOTHING_MORE,
) -> VerifyReport:
    """Never raises for what it finds: the caller decides.

    `wanted` is the declared schema for the last pending migration, and what the migration
    itself leads to for an earlier one; `declared` is then None.
    """
    return rehearsal.verify(
        _first_time(plan),
        earlier=tuple(_first_time(one) for one in earlier),
        live=partial(plan_session, endpoint, "zanith/verify"),
        live_endpoint=endpoint,
        wanted=wanted,
        declared=declared,
        shadow=shadow,
        schemas=None if schemas is None else tuple(schemas),
        options=options,
    )


def verify_restore(
    endpoint: Endpoint, plan: Plan, *, shadow: ShadowServer, schemas: Schemas = None
) -> VerifyReport:
    """Of a plan that brings back what was parked: held against the schema that it leads to.

    Raises:
        DriftError: the live schema is not the one that it was made against.
    """
    live = found(endpoint, schemas)
    refuse_drift(live, (), plan)
    wanted = reduce(lambda graph, step: step.operation.apply(graph), plan.steps, live)
    return verify(endpoint, plan, wanted=wanted, declared=None, shadow=shadow, schemas=schemas)


def _first_time(plan: Plan) -> Plan:
    """The same plan, for a database whose ledger has not seen it; its hash is the same."""
    return msgspec.structs.replace(plan, cycle=1)


def refuse_unverified(report: VerifyReport) -> None:
    """Raises VerificationFailedError where the rehearsal did not end as declared."""
    if not report.ok:
        shown = [f"{d.object}: {d.what}" for d in report.differences[:20]]
        raise VerificationFailedError(
            report.says,
            detail="; ".join(shown),
            still_true="Nothing was changed in the target.",
            hint="zanith migrate verify shows the whole report.",
        )
