"""The record of attempts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model

from migrate_core.errors import MigrateError
from studio.models import (
    Artifact,
    Attempt,
    Change,
    Environment,
    Plan,
    Run,
    Target,
    Verification,
)


def record(
    user: Any, action: str, thing: Model | None, outcome: Attempt.Outcome, *, reason: str = ""
) -> Attempt:
    """One row; nothing ever changes it."""
    links = _links(thing)
    target = links.get("target")
    environment = thing if isinstance(thing, Environment) else None
    return Attempt.objects.create(
        user=user if getattr(user, "pk", None) else None,
        action=action,
        outcome=outcome,
        thing=_words(thing),
        reason=reason[:2000],
        environment=target.environment if target else environment,
        **links,
    )


@contextmanager
def attempt(user: Any, action: str, thing: Model | None, *, reason: str = "") -> Iterator[None]:
    """Records what the body does, whether it succeeds, is refused or fails.

    Outside the body's transaction, so that a refusal stays on the record.
    """
    try:
        yield
    except MigrateError as error:
        record(user, action, thing, Attempt.Outcome.REFUSED, reason=str(error))
        raise
    record(user, action, thing, Attempt.Outcome.DONE, reason=reason)


def _words(thing: Model | None) -> str:
    return f"{thing._meta.verbose_name} {thing}"[:300] if thing is not None else ""


def _links(thing: Model | None) -> dict[str, Any]:
    match thing:
        case Target():
            return {"target": thing}
        case Change():
            return {"change": thing, "target": thing.target}
        case Plan():
            return {"change": thing.change, "target": thing.target}
        case Verification():
            return {"change": thing.plan.change, "target": thing.plan.target}
        case Run():
            return {"run": thing, "change": thing.change, "target": thing.target}
        case Artifact():
            return {"change": thing.change, "target": thing.target}
    return {}
