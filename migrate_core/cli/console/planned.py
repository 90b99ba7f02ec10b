"""Planning migrations one after another, each on the schema that those before it leave."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from migrate_core import api
from migrate_core.cli.console.project import Project
from migrate_core.errors import MigrationFileError
from migrate_core.files.migration import Migration
from migrate_core.planning.plan import Plan
from migrate_core.schema.graph import SchemaGraph


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    migration: Migration
    plan: Plan
    base: SchemaGraph  # the schema it starts from
    after: SchemaGraph


def plan_each(project: Project, migrations: Sequence[Migration]) -> tuple[Planned, ...]:
    """Raises MigrationFileError with the line of an operation that does not fit its target."""
    try:
        return tuple(_each(project, migrations))
    except MigrationFileError as error:
        raise project.located(error) from error


def _each(project: Project, migrations: Sequence[Migration]) -> list[Planned]:
    if not migrations:
        return []
    endpoint, schemas = project.endpoint, project.schemas
    base = api.found(endpoint, schemas)
    found: list[Planned] = []
    for at, migration in enumerate(migrations):
        plan = api.plan(endpoint, migration, earlier=migrations[:at], schemas=schemas)
        reached = api.after(base, migration)
        found.append(Planned(migration=migration, plan=plan, base=base, after=reached))
        base = reached
    return found
