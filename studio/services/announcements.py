"""NOTIFY: how processes learn that a page is out of date. Nothing is announced before commit."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

CHANNEL = "zanith_runs"


def announce(run_id: UUID) -> None:
    """Inside a transaction it goes out with the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(run_id)])
