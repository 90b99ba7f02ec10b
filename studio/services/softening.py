"""Make it safe, in the studio: a new text, where needed a second change, and a new plan."""

from __future__ import annotations

from typing import Any

from migrate_core import api
from migrate_core.files import migration as files
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.schema.refs import Ref
from studio.models import Change, Plan
from studio.permissions import Action
from studio.services import changes, pendings, targets
from studio.services.refusals import StaleError

LONGEST_NOTE = 200  # as the column is wide


def softenable(plan: CorePlan) -> tuple[int, ...]:
    """Steps that one press makes safe: nothing has to be asked for them."""
    return api.softenable(plan)


def soften(change: Change, user: Any, step_numbers: tuple[int, ...], *, value: str = "") -> Plan:
    """A new text in which these steps have their safer form, and a plan of it.

    `value`: what a person gave for existing rows, where a step asks for that.

    Raises:
        MisuseError: a step has no safer form, or what follows needs it as it is.
    """
    changes.require(user, Action.CREATE, change)
    row = changes.current_plan(change)
    if row is None or not step_numbers:
        raise StaleError("there is no plan to make safe", hint="Reload the page.")
    target = change.target
    live = api.found(targets.endpoint(target), target.wanted_schemas)
    form = api.safe_form(
        api.after_all(live, pendings.migrations(pendings.before(change))),
        changes.migration(change),
        step_numbers,
        values=_values(row.value(), step_numbers, value),
        taken=tuple(target.changes.values_list("migration_id", flat=True)),
    )
    plan = changes.revise(change, user, files.dump(form.migration), note=_short(form.said))
    if form.contract:
        changes.create(target, form.contract, user, declared=change.declared, story=change.story)
    return plan


def _short(said: str) -> str:
    return said if len(said) <= LONGEST_NOTE else f"{said[: LONGEST_NOTE - 3]}..."


def _values(plan: CorePlan, numbers: tuple[int, ...], value: str) -> dict[Ref, str]:
    asked = [step for step in plan.steps if step.number in numbers and step.safer]
    return {s.operation.subject: value for s in asked if s.safer and s.safer.asks and value}
