"""Rights in a rehearsal, where one login owns everything and other roles are stand-ins.

What others may do is rehearsed; who owns what is not, nor what depends on it: the login could
give nothing to a role of the target, and take nothing from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
import psycopg

from migrate_core.declared.scratch import Scratch
from migrate_core.errors import ShadowError
from migrate_core.operations.base import Operation, Place
from migrate_core.operations.registry import kinds
from migrate_core.planning.plan import Plan, Step
from migrate_core.schema.access import OWNER, PUBLIC
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import Ref
from migrate_core.schema.rights import owner_in, owning_role

_PLACE_ID = "baseline"


def roles_in(graph: SchemaGraph) -> frozenset[str]:
    """Those that were granted something: they have to be there to be granted it again."""
    found = {p.grantee for p in graph.privileges} | {d.grantee for d in graph.default_privileges}
    return frozenset(found - {OWNER, PUBLIC})


def rehearsable(graph: SchemaGraph, *told_by: SchemaGraph) -> SchemaGraph:
    """A schema without owners and their own rights, as any of `told_by` names them."""
    every = (graph, *told_by)
    owners: dict[Ref, set[str]] = {}
    for ref in graph.privileges_of:
        if any(owner_in(told, ref) for told in every):
            owners[ref] = {OWNER, *(owning_role(told, ref) for told in every)}
    return msgspec.structs.replace(
        graph,
        owners=(),
        privileges=tuple(p for p in graph.privileges if p.grantee not in owners.get(p.object, ())),
        default_privileges=tuple(d for d in graph.default_privileges if not d.role),
    )


def rehearsed(plan: Plan) -> Plan:
    """The plan without the steps, and statements of steps, that cannot run under one login."""
    steps = (step for step in plan.steps if step.operation.rehearsable)
    return msgspec.structs.replace(plan, steps=tuple(_runnable(step, plan) for step in steps))


def _runnable(step: Step, plan: Plan) -> Step:
    owners = _unrehearsable(step, plan)
    if not owners:
        return step
    stages = []
    for stage in step.stages:
        left = tuple(s for s in stage.statements if s.sql not in owners)
        if left or not stage.statements:
            stages.append(msgspec.structs.replace(stage, statements=left))
    return msgspec.structs.replace(step, stages=tuple(stages))


def _unrehearsable(step: Step, plan: Plan) -> frozenset[str]:
    place = Place(
        migration_id=plan.migration_id,
        step=step.number,
        cycle=plan.cycle,
        down=plan.direction == "down",
        major=plan.major,
    )
    return step.operation.unrehearsable(place)


def left_out(plans: Iterable[Plan]) -> tuple[str, ...]:
    """A sentence each on the steps and the statements of others that are left out."""
    steps = [(step, plan) for plan in plans for step in plan.steps]
    whole = sum(not step.operation.rehearsable for step, _ in steps)
    parts = sum(len(_unrehearsable(*one)) for one in steps if one[0].operation.rehearsable)
    counted = ((whole, "step"), (parts, "statement"))
    return tuple(
        f"{count} {noun}{' is' if count == 1 else 's are'} about owners or their own rights, and"
        " not rehearsed"
        for count, noun in counted
        if count
    )


def grant_as_live(scratch: Scratch, made: SchemaGraph, live: SchemaGraph) -> bool:
    """Give roles in the rehearsal's database what they have in the target; whether any got any.

    Raises:
        ShadowError: PostgreSQL refuses one of the statements.
    """
    wanted = rehearsable(live)
    operations = rights_between(made, wanted)
    if not operations:
        return False
    with scratch.session() as conn:
        for number, operation in enumerate(operations, start=1):
            place = Place(migration_id=_PLACE_ID, step=number, major=scratch.major)
            for stage in operation.stages(place):
                _run(conn, [scratch.there(statement.sql) for statement in stage.statements])
    return True


def rights_between(before: SchemaGraph, after: SchemaGraph) -> tuple[Operation, ...]:
    delta = SchemaDelta(before, after, Answers())
    last = [kind for kind in kinds().values() if kind.looks_last]
    return tuple(op for kind in last for op in kind.detect(delta) if op.rehearsable)


def _run(conn: psycopg.Connection, statements: Collection[str]) -> None:
    for statement in statements:
        try:
            conn.execute(statement.encode())
        except psycopg.Error as error:
            raise ShadowError(
                "the shadow refused a right that roles have in the target",
                detail=f"{error.diag.message_primary}: {statement}",
                sqlstate=error.sqlstate or "",
            ) from error
