"""What the target has to say after a run has ended; it may be gone by then."""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg

from migrate_core.errors import MigrateError
from studio.models import Run
from studio.services import artifacts, mirror, record, targets

log = logging.getLogger(__name__)


def keep_artifacts(run: Run) -> None:
    """What the run left behind, before its page says that it ended."""
    _if_it_can_be_reached("artifacts", run, lambda: artifacts.mirror(run.target))


def keep_target(run: Run) -> None:
    """What the ledger says of the run stays true where this mark cannot be made now."""
    name = run.actor.get_username()
    _if_it_can_be_reached("mark", run, lambda: targets.keep(run.target, name))
    record.follow_if_reached(run.target)  # the mark is on the record too


def mirror_rest(run: Run) -> None:
    _if_it_can_be_reached("rest", run, lambda: mirror.catch_up(run))


def _if_it_can_be_reached(what: str, run: Run, act: Callable[[], object]) -> None:
    """The target may go away at any moment; what is missed then comes with the next run."""
    try:
        act()
    except (MigrateError, psycopg.Error) as error:
        log.warning("%s of run %s: %s", what, run.pk, error)
