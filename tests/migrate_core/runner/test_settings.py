"""What raw SQL sets for its session must not reach the steps after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from tests.runs import plan_for, run

pytestmark = pytest.mark.db

SETTING = {
    "op": "rawSql",
    "sql": "SET TimeZone = 'America/New_York'; SET search_path = public",
    "down": "SELECT 1",
}
INTO_TIMESTAMPTZ = {
    "op": "alterColumnType",
    "table": "public.visits",
    "column": "at",
    "to": {"type": "timestamp with time zone"},
}


def test_a_setting_of_raw_sql_ends_with_its_step(make_db: Callable[..., Connection[Any]]) -> None:
    """Under another time zone every value of the next step would move."""
    db = make_db(
        "CREATE TABLE public.visits (id int PRIMARY KEY, at timestamp);"
        "INSERT INTO public.visits VALUES (1, '2026-01-01 12:00')"
    )

    run(db, plan_for(db, [SETTING, INTO_TIMESTAMPTZ]))

    db.execute("SET TimeZone = 'UTC'")
    row = db.execute("SELECT at::text FROM public.visits").fetchone()
    assert row == ("2026-01-01 12:00:00+00",)
