"""Going down and restoring, rehearsed: what such a plan gives back has to be kept there too.

The shadow starts with an empty ledger, and the runner gives back nothing that no ledger
keeps. The rows themselves are not on the shadow, so there is no checksum to compare: that is
proven in the target, under the lock, before anything is given back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

from migrate_core.errors import MigrateError, ShadowError
from migrate_core.ledger import ledger
from migrate_core.operations.park import Release
from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.planning.plan import Plan

ACTOR = "verify"
NO_ROWS = "the plan gives back what was parked, and the rows that were parked are not copied"
NOT_KNOWN = (
    "No rows are there: whether they fit the rules that come back, and how long it takes, shows"
    " only in the target."
)
IN_A_SCHEMA = "an ephemeral schema cannot rehearse what gives back parked objects"


class Right(NamedTuple):
    """What a role may do with something that is parked: no schema that is read tells it."""

    schema: str
    relation: str
    column: str | None
    is_sequence: bool
    privilege: str
    grantee: str  # none: everybody
    grantable: bool

    @property
    def sql(self) -> str:
        column = ddl(" ({column})", column=self.column) if self.column else ""
        return ddl(
            "GRANT {privilege}{column} ON {kind} {relation} TO {grantee}{option}",
            privilege=raw(self.privilege),
            column=raw(column),
            kind=raw("SEQUENCE" if self.is_sequence else "TABLE"),
            relation=QualifiedName(self.schema, self.relation),
            grantee=self.grantee or raw("PUBLIC"),
            option=raw(" WITH GRANT OPTION" if self.grantable else ""),
        )


def rights_on(conn: psycopg.Connection[Any], plans: Sequence[Plan]) -> tuple[Right, ...]:
    """In the target: on what plans give back."""
    names = sorted({str(one.physical_name) for one in _releases(plans)})
    if not names:
        return ()
    rows = conn.execute(query(__package__, "parked_rights"), {"names": names}).fetchall()
    return tuple(Right(*row) for row in rows)


def stand_in(
    conn: psycopg.Connection[Any], plans: Sequence[Plan], rights: Iterable[Right] = ()
) -> tuple[str, ...]:
    """Artifacts for the parked objects that plans give back and the baseline holds, with the
    `rights` on them; says which.

    Raises:
        ShadowError: one that no plan parks is not in the baseline either.
    """
    releases = tuple(_releases(plans))
    if not releases:
        return ()
    ledger.ensure(conn)
    found = [one for one in releases if _add(conn, one)]
    _refuse_missing(set(map(_name, releases)) - set(map(_name, found)) - _parked_by(plans))
    if found:
        _grant(conn, rights)
    return tuple(f"{_name(one)} is parked in the baseline as in the target" for one in found)


def _refuse_missing(names: Collection[str]) -> None:
    if names:
        raise ShadowError(
            f"the shadow's baseline lacks what is given back: {', '.join(sorted(names))}",
            hint="Install pg_dump of the target's version where rehearsals are held.",
        )


def _parked_by(plans: Sequence[Plan]) -> set[str]:
    parks = (step.park for plan in plans for step in plan.steps if step.park)
    return {_name(Release(physical_name=p.physical_name, physical_column=p.physical_column))
            for p in parks}  # fmt: skip


def _grant(conn: psycopg.Connection[Any], rights: Iterable[Right]) -> None:
    for right in rights:
        try:
            conn.execute(right.sql.encode())
        except psycopg.Error as error:
            raise ShadowError(
                "the shadow refused a right that roles have on what is parked",
                detail=f"{error.diag.message_primary}: {right.sql}",
                sqlstate=error.sqlstate or "",
            ) from error


def _name(release: Release) -> str:
    column = f".{release.physical_column}" if release.physical_column else ""
    return f"{release.physical_name}{column}"


def gives_back(plans: Sequence[Plan]) -> bool:
    return any(True for _ in _releases(plans))


def _releases(plans: Sequence[Plan]) -> Iterator[Release]:
    for plan in plans:
        for step in plan.steps:
            yield from step.operation.releases()


def _add(conn: psycopg.Connection[Any], release: Release) -> bool:
    """False where a plan itself will have parked it by then."""
    wanted = {
        "name": str(release.physical_name),
        "column": release.physical_column,
        "kind": "stand_in",
        "actor": ACTOR,
    }
    try:
        return conn.execute(query(__package__, "stand_in"), wanted, prepare=False).rowcount == 1
    except psycopg.Error as error:
        raise MigrateError(
            "the rehearsal could not be given the artifact of a parked object",
            detail=error.diag.message_primary or "",
            sqlstate=error.sqlstate or "",
        ) from error
