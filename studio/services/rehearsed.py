"""What is rehearsed: the plan of a change, or one that brings back what was parked."""

from __future__ import annotations

from typing import Any, Protocol

from django.db import transaction

from migrate_core import api
from migrate_core.declared.scratch import ShadowServer
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import VerifyReport
from studio.models import Change, Plan
from studio.permissions import Action
from studio.services import changes, pendings, sources, targets

NOTHING_MORE = Rehearsing()


class Subject(Protocol):
    def require(self, user: Any, asked: Rehearsing) -> None:
        """
        Raises:
            NotAllowedError: they may not have it rehearsed, or not with that.
        """

    def rehearse(self, shadow: ShadowServer, asked: Rehearsing) -> VerifyReport: ...

    def settle(self) -> None:
        """What its end means for what it is of."""


def subject_of(plan: Plan) -> Subject:
    return OfRestore(plan) if plan.change is None else OfChange(plan, plan.change)


def require_for_change(change: Change, user: Any, asked: Rehearsing) -> None:
    """Rows of the target, and a database that stays, are for whoever may apply: the author's
    SQL meets those rows, and may carry them to where others read."""
    changes.require(user, Action.CREATE, change)
    if asked != NOTHING_MORE:
        changes.require(user, Action.APPLY, change)


class OfChange:
    """The last pending change has to end in what was declared; an earlier one, or one that
    was not declared, in what its own operations lead to."""

    def __init__(self, plan: Plan, change: Change) -> None:
        self.plan, self.change = plan, change

    def require(self, user: Any, asked: Rehearsing) -> None:
        require_for_change(self.change, user, asked)

    def rehearse(self, shadow: ShadowServer, asked: Rehearsing) -> VerifyReport:
        target, change = self.plan.target, self.change
        endpoint, schemas = targets.endpoint(target), target.wanted_schemas
        earlier = pendings.before(change)
        source = sources.source(change.declared) if change.declared else None
        if source is None or pendings.after(change):
            source = None
            before = [pendings.migration(one) for one in earlier]
            base = api.after_all(api.found(endpoint, schemas), before)
            wanted = api.after(base, pendings.migration(change))
        else:
            wanted = api.wanted(source, shadow, self.plan.value().major, schemas).graph
        return api.verify(
            endpoint,
            self.plan.value(),
            wanted=wanted,
            declared=source,
            shadow=shadow,
            earlier=pendings.plans(earlier),
            schemas=schemas,
            options=asked,
        )

    def settle(self) -> None:
        with transaction.atomic():
            changes.settle(changes.locked(self.change))


class OfRestore:
    """It has to end in what it leads to itself, from the schema that it was planned for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def require(self, user: Any, asked: Rehearsing) -> None:
        changes.require(user, Action.APPLY, self.plan.target)

    def rehearse(self, shadow: ShadowServer, asked: Rehearsing) -> VerifyReport:
        """No rows are asked for: those that matter are parked, and parked rows are not copied."""
        target = self.plan.target
        return api.verify_restore(
            targets.endpoint(target),
            self.plan.value(),
            shadow=shadow,
            schemas=target.wanted_schemas,
        )

    def settle(self) -> None:
        """What is parked stays parked."""
