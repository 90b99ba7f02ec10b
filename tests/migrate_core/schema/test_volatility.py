"""Which defaults have one value for all rows, so that no row is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import Connection

from migrate_core.schema.volatility import LASTING, is_lasting


@pytest.mark.parametrize(
    "default",
    [
        None,
        "'none'::text",
        "now()",
        "(now() + '1 day'::interval)",
        "'x'::character varying(20)",
        "(0)::numeric(10,2)",
        "lower('NONE'::text)",
        "pg_catalog.now()",
        "'[]'::public.vector(3)",
        "CASE WHEN (1 = 2) THEN 1 ELSE (2) END",
    ],
)
def test_such_a_default_is_kept_in_the_catalog(default: str | None) -> None:
    assert is_lasting(default)


@pytest.mark.parametrize(
    "default",
    [
        "random()",
        "gen_random_uuid()",
        "nextval('s'::regclass)",
        "clock_timestamp()",
        "public.now()",
        "(random() * (2)::numeric(10,2))",
        '"coalesce"(1)',
    ],
)
def test_such_a_default_writes_every_row(default: str) -> None:
    assert not is_lasting(default)


@pytest.mark.db
def test_no_lasting_function_is_volatile(make_db_on: Callable[..., Connection], major: int) -> None:
    found = make_db_on(major).execute(
        "SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v' AND proname = ANY (%s)",
        [[name for _, name in LASTING]],
    )

    assert found.fetchall() == []
