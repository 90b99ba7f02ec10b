"""The demo's storefront: what its applications do to a target while a change is applied."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings

from migrate_core.pg.connect import Session, connect
from migrate_core.states import RunState
from studio.models import Run, Target
from studio.services import audit, targets
from studio.services.refusals import StaleError

LOCK_SECONDS = 30
WRITES = 200
STORY = settings.BASE_DIR / "demo" / "stories" / "failing_third_step"

MEND = "mend.sql"
BREAK = "break.sql"
HOLD = (
    f"BEGIN; LOCK TABLE public.users IN ACCESS SHARE MODE; SELECT pg_sleep({LOCK_SECONDS}); COMMIT;"
)
WRITE = (
    "INSERT INTO public.users (id, email, created_at) SELECT gen_random_uuid(),"
    f" 'visitor-' || gen_random_uuid() || '@example.com', now() FROM generate_series(1, {WRITES});"
)


def act(target: Target, name: str, user: Any) -> str:
    """One button; says what it did."""
    if name not in ACTS:
        raise StaleError(f"there is no {name}", hint="Use one of the buttons.")
    with audit.attempt(user, f"traffic: {name}", target):
        return ACTS[name](target)


def statement(name: str) -> str:
    """The SQL of a button, so that it can be done by hand."""
    return {
        "mend": (STORY / MEND).read_text() if (STORY / MEND).exists() else "",
        "break": (STORY / BREAK).read_text() if (STORY / BREAK).exists() else "",
        "hold": HOLD,
        "write": WRITE,
    }.get(name, "")


def _mend(target: Target) -> str:
    _execute(target, (STORY / MEND).read_bytes())
    return "The row is mended: its identifier holds a day again."


def _break(target: Target) -> str:
    _execute(target, (STORY / BREAK).read_bytes())
    return "The row is broken: 30 February is no day."


def _hold(target: Target) -> str:
    """On a thread: the page answers while the lock is held."""
    conn = connect(targets.endpoint(target), role=Session.SIDE, application_name="report")
    ready = threading.Event()
    threading.Thread(target=_keep_lock, args=(conn, ready), daemon=True).start()
    ready.wait(5)
    return f"A report reads public.users in an open transaction for {LOCK_SECONDS} s."


def _keep_lock(conn: psycopg.Connection, ready: threading.Event) -> None:
    try:
        with conn, conn.transaction():
            conn.execute("LOCK TABLE public.users IN ACCESS SHARE MODE")
            ready.set()
            conn.execute("SELECT pg_sleep(%s)", [LOCK_SECONDS])
    except psycopg.Error:
        ready.set()  # somebody ended it: that is what the lock panel is for


def _write(target: Target) -> str:
    _execute(target, WRITE.encode())
    return f"{WRITES} visitors signed up."


def _kill(target: Target) -> str:
    """The worker of the run that is going on, as hard as it can be killed."""
    run = Run.objects.filter(state=RunState.RUNNING, target=target).first()
    if run is None or not run.worker:
        raise StaleError(
            "no run is going on on this target", hint="Apply a change, then kill its worker."
        )
    pid = int(run.worker.rpartition(":")[2])
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        raise StaleError("that worker is gone already", hint="Look at the run.") from None
    return f"Worker process {pid} of run {run.number} was killed with SIGKILL."


def _execute(target: Target, text: bytes) -> None:
    endpoint = targets.endpoint(target)
    with connect(endpoint, role=Session.SIDE, application_name="storefront") as conn:
        conn.execute(text)


ACTS: dict[str, Callable[[Target], str]] = {
    "mend": _mend,
    "break": _break,
    "hold": _hold,
    "write": _write,
    "kill": _kill,
}
