"""Generate: what is declared beside what is live, and the migration between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate_core import api
from migrate_core.api import Generated
from migrate_core.schema.delta import Answers
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.silence import complete
from studio.models import Change, DeclaredVersion
from studio.permissions import Action
from studio.services import changes, pendings, sources, targets, verifications
from studio.services.refusals import StaleError


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Both schemas at one moment, and the operations that lead from one to the other."""

    base: SchemaGraph  # live, with what is pending as if it had run
    wanted: SchemaGraph
    generated: Generated
    pending: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


def compare(declared: DeclaredVersion, user: Any, *, name: str, answers: Answers) -> Comparison:
    """
    Raises:
        DeclaredError: the declared schema does not load; with file, line and column.
        UncoveredChangeError: a difference that no kind covers; named.
    """
    target = declared.target
    changes.require(user, Action.CREATE, target)
    endpoint, schemas = targets.endpoint(target), target.wanted_schemas
    live = api.found(endpoint, schemas)
    shadow = verifications.server_for(target)
    major = api.server_major(endpoint)
    wanted = api.wanted(sources.source(declared), shadow, major, schemas)
    pending = pendings.of(target)
    migrations = pendings.migrations(pending)
    generated = api.generate(
        live,
        wanted.graph,
        name=name,
        answers=answers,
        pending=migrations,
        renames=wanted.renames,
        endpoint=endpoint,
    )
    base = api.after_all(live, migrations)
    return Comparison(
        base=base,
        wanted=complete(wanted.graph, base),
        generated=generated,
        pending=tuple(pending),
        notes=wanted.notes,
    )


def create(
    declared: DeclaredVersion,
    user: Any,
    *,
    name: str,
    answers: Answers,
    story: str = "",
    title: str = "",
) -> Change:
    """A change of what was found, and one that contracts it where a column is expanded.

    Refused where nothing differs or a value is missing.
    """
    found = compare(declared, user, name=name, answers=answers).generated
    if not found.migration.operations:
        raise StaleError(
            "there is nothing to change",
            detail="What is live, with what is pending, equals what is declared.",
            hint="Declare something else, or apply what is pending.",
        )
    if found.backfills_needed:
        wanted = ", ".join(str(ref) for ref in found.backfills_needed)
        raise StaleError(
            "a required column has no value for the rows that are there",
            detail=f"Needed for: {wanted}.",
            hint="Give an SQL expression for each, as created_at or 'none'.",
        )
    target = declared.target
    change = changes.create(
        target, found.migration, user, declared=declared, story=story, title=title
    )
    if found.contract:
        changes.create(target, found.contract, user, declared=declared, story=story)
    return change
