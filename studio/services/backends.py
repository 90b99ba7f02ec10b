"""Sessions in a run's way: cancelled or ended by a person, once each is looked at again."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg

from migrate_core.pg import sessions
from migrate_core.pg.connect import Session, connect
from studio.models import Run
from studio.permissions import Action
from studio.services import audit, changes, targets
from studio.services.refusals import StaleError

APPLICATION = "zanith/studio"


def found(run: Run, pid: str, backend_start: str) -> dict[str, Any]:
    """The session as the run's worker saw it: nobody else may be signalled from here.

    Raises:
        StaleError: it is not in this run's way any more.
    """
    for party in (run.live or {}).get("parties", []):
        same = (str(party["pid"]), party.get("backend_start")) == (pid, backend_start)
        if same and party["side"] == "before" and party["may_signal"]:
            return dict(party)
    raise _gone(pid)


def signal(run: Run, user: Any, party: dict[str, Any], *, end: bool, reason: str = "") -> None:
    """Only the very session, still at the very statement, that the person looked at."""
    who = f"pid {party['pid']} ({party['application_name'] or party['user']})"
    said = f"{who}: {reason}" if reason else who
    with audit.attempt(user, "end backend" if end else "cancel backend", run, reason=said):
        changes.require(user, Action.SIGNAL, run)
        endpoint = targets.endpoint(run.target)
        with closing(connect(endpoint, role=Session.SIDE, application_name=APPLICATION)) as conn:
            try:
                done = sessions.signal(
                    conn,
                    party["pid"],
                    backend_start=party["backend_start"],
                    query_start=party["query_start"],
                    terminate=end,
                )
            except psycopg.errors.InsufficientPrivilege as error:
                raise StaleError(
                    f"the target's role may not signal {who}",
                    detail=str(error.diag.message_primary),
                    hint="Grant it pg_signal_backend, or ask the session's owner.",
                    still_true="Nothing was cancelled.",
                ) from error
            except psycopg.DataError as error:  # a form that was tampered with
                raise _gone(str(party["pid"])) from error
        if not done:
            raise _gone(str(party["pid"]))


def _gone(pid: str) -> StaleError:
    return StaleError(
        f"session {pid} is no longer the one you looked at",
        detail="It ended, runs another statement, or is not in this run's way any more.",
        hint="Look at the lock panel again.",
        still_true="Nothing was cancelled.",
    )
