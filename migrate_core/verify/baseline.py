"""The rehearsal's starting point: a database with the schema that production has now.

pg_dump knows more of PostgreSQL than our graph does, so it is asked first; without one of
the right major the statements are those that would make the live graph from an empty database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

import psycopg
from msgspec import Struct

from migrate_core.declared import mentions
from migrate_core.declared.files import make_file
from migrate_core.declared.kept import Kept
from migrate_core.declared.mentions import WantedExtension
from migrate_core.declared.mirror import Original
from migrate_core.declared.schema import introspect, loaded
from migrate_core.declared.scratch import Scratch, ShadowServer
from migrate_core.declared.statements import File, Statement, split
from migrate_core.diff.diff import diff
from migrate_core.errors import DriftError, ShadowError, UncoveredChangeError
from migrate_core.operations.base import Place
from migrate_core.pg.connect import Endpoint
from migrate_core.pg.ddl import Statement as Planned
from migrate_core.planning.plan import Plan
from migrate_core.schema.fingerprint import fingerprint
from migrate_core.schema.graph import SchemaGraph
from migrate_core.verify import dump, pg_dump, rights
from migrate_core.verify.report import Baseline

_PLACE_ID = "baseline"
_NOTHING = "SET search_path = public;"  # an empty database has to be loaded with something
Keep = Callable[[Kept], None] | None


class Rebuilt(Struct, frozen=True):
    scratch: Scratch
    how: Baseline
    notes: tuple[str, ...] = ()


@contextmanager
def rebuilt(
    live: SchemaGraph,
    endpoint: Endpoint,
    plans: Sequence[Plan],
    shadow: ShadowServer,
    schemas: Sequence[str] | None,
    *,
    like: Original | None = None,
    keep: Keep = None,
    more_roles: Sequence[str] = (),
) -> Iterator[Rebuilt]:
    """A scratch database that holds the live schema, rights and rows apart.

    Raises:
        ShadowError: neither way leads there; says what the shadow lacks.
    """
    live = rights.rehearsable(live)
    roles = (*_roles_of(plans, live), *more_roles)
    text, why = _dump(endpoint, plans, shadow)
    if text is not None:
        with loaded((_dumped(text),), shadow, more_roles=roles, like=like, keep=keep) as (
            scratch,
            notes,
        ):
            yield Rebuilt(scratch, "pg_dump", notes)
        return
    extensions = tuple(WantedExtension(e.name, e.schema) for e in live.extensions)
    named = {role for t in live.tables for policy in t.policies for role in policy.roles}
    wanted = sorted({*named, *roles} - {"public"})
    with shadow.database(wanted_roles=wanted, extensions=extensions, like=like, keep=keep) as made:
        _from_graph(live, made, shadow, schemas, why, plans)
        yield Rebuilt(made, "graph", (f"made from the graph: {why}",))


def _dump(
    endpoint: Endpoint, plans: Sequence[Plan], shadow: ShadowServer
) -> tuple[str | None, str]:
    """What pg_dump says of the live schema, or None and why it says nothing."""
    program = pg_dump.find(shadow.version)
    if program is None:
        return None, f"no pg_dump of PostgreSQL {shadow.version} was found"
    try:
        scope = (shadow.stands_for,) if shadow.stands_for else None
        dumped = pg_dump.dump_schema(program, endpoint, scope)
    except pg_dump.DumpFailedError as error:
        return None, f"{error.message}: {error.detail}"
    return dump.without_ours(dumped, _spoken_of(plans)), ""


def _stand_on(plans: Sequence[Plan], scratch: Scratch) -> None:
    """What an earlier migration left out of sight, and a graph does not know of."""
    operations = [step.operation for plan in plans for step in plan.steps]
    place = Place(migration_id=_PLACE_ID, step=1, major=scratch.major)
    with scratch.session() as conn:
        for operation in operations:
            wanted = operation.stands_on()
            if wanted is not None and wanted not in operations:
                for stage in wanted.stages(place):
                    _run(conn, [scratch.there(statement.sql) for statement in stage.statements])


def _spoken_of(plans: Sequence[Plan]) -> Collection[str]:
    """Parked objects that a plan brings back or ends have to be there for it."""
    return dump.ours_in([step.sql for plan in plans for step in plan.steps])


def _roles_of(plans: Sequence[Plan], live: SchemaGraph) -> tuple[str, ...]:
    """Roles that a plan's statements or live grants name: the shadow may not have them."""
    text = "".join(f"{statement.sql};\n" for statement in _statements_of(plans))
    named = mentions.roles(s for s in split(File("plan", text)) if isinstance(s, Statement))
    return tuple(sorted({*named, *rights.roles_in(live)}))


def _statements_of(plans: Sequence[Plan]) -> Iterator[Planned]:
    for plan in plans:
        for step in plan.steps:
            for stage in step.stages:
                yield from stage.statements


def _dumped(text: str) -> File:
    return make_file("pg_dump of the target", (text if text.strip() else _NOTHING).encode())


def _from_graph(
    live: SchemaGraph,
    scratch: Scratch,
    shadow: ShadowServer,
    schemas: Sequence[str] | None,
    why: str,
    plans: Sequence[Plan],
) -> None:
    try:
        operations = diff(introspect(scratch, shadow, schemas), live)
    except UncoveredChangeError as error:
        raise ShadowError(
            "the live schema cannot be rebuilt on the shadow without pg_dump",
            detail=f"{why}. {error.detail}",
            hint=f"Install the client of PostgreSQL {shadow.version} beside this program.",
        ) from error
    with scratch.session() as conn:
        for number, operation in enumerate(operations, start=1):
            place = Place(migration_id=_PLACE_ID, step=number, major=scratch.major)
            for stage in operation.stages(place):
                _run(conn, [scratch.there(statement.sql) for statement in stage.statements])
    _stand_on(plans, scratch)


def _run(conn: psycopg.Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        try:
            conn.execute(statement.encode(), binary=True)
        except psycopg.Error as error:
            raise ShadowError(
                "the shadow refused a statement that the live schema consists of",
                detail=f"{error.diag.message_primary}: {statement}",
                sqlstate=error.sqlstate or "",
            ) from error


def refuse_drift(live: SchemaGraph, earlier: Sequence[Plan], plan: Plan) -> None:
    """Raises DriftError where `live`, after what is pending before it, is not what `plan` starts
    from: what it does there would say nothing of what it does elsewhere."""
    base = live
    for step in (step for one in earlier for step in one.steps):
        base = step.operation.apply(base)
    if fingerprint(base) != plan.base_fingerprint:
        raise DriftError(
            "the live schema changed since planning",
            detail="What was planned was planned for another one.",
            still_true="Nothing was rehearsed, and nothing was changed.",
            hint="Plan again, then rehearse it.",
        )
