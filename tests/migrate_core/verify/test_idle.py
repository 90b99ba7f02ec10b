"""Raw SQL that locks for writing and writes nothing, or locks rows one by one."""

from __future__ import annotations

import pytest

from migrate_core.risk.levels import Level
from tests.migrate_core.verify.conftest import Watch

pytestmark = pytest.mark.db

LIVE = """
CREATE TABLE public.services (code text PRIMARY KEY, hours int);
INSERT INTO public.services VALUES ('STD', 48), ('EXP', 24);
CREATE TABLE public.parcels (id int PRIMARY KEY, status text NOT NULL);
INSERT INTO public.parcels SELECT n, 'new' FROM generate_series(1, 200) AS n;
CREATE TABLE public.lines (parcel_id int REFERENCES public.parcels);
CREATE TABLE public.scans (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE public.scans_2026 PARTITION OF public.scans
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO public.scans VALUES (1, '2026-02-01');
CREATE FUNCTION public.late(text) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN UPDATE public.services SET hours = 1 WHERE code = 'ECO'; RETURN $1; END $$;
"""
LARGE = {"public.parcels": (410_000_000, 92_000_000_000)}
SMALL = {"public.parcels": (200, 98_304)}


def test_a_plan_is_made_and_not_run(watch: Watch) -> None:
    """With ANALYZE it is run to be timed."""
    made = watch(LIVE, "EXPLAIN DELETE FROM public.parcels", sizes=LARGE)
    run = watch(LIVE, "EXPLAIN (ANALYZE, COSTS off) DELETE FROM public.lines", sizes=LARGE)
    timed = watch(LIVE, "EXPLAIN ANALYZE DELETE FROM public.parcels WHERE id = 999", sizes=LARGE)

    assert (made.level, made.codes, made.deed.changed) == (Level.SAFE, set(), "nothing")
    assert "raw_sql_loses_data" in run.codes
    assert timed.level is Level.DESTRUCTIVE


NEW = "INSERT INTO public.services VALUES ('STD', 48) ON CONFLICT (code) DO "


@pytest.mark.parametrize(
    ("sql", "level"),
    [
        (f"{NEW} NOTHING", Level.MEDIUM),
        ("INSERT INTO public.services SELECT 'STD', 48 WHERE NOT EXISTS"
         " (SELECT FROM public.services)", Level.MEDIUM),
        (f"{NEW} UPDATE SET hours = 1 WHERE services.hours < 9", Level.HIGH),
        (f"{NEW} NOTHING; UPDATE public.services SET hours = 1 WHERE code = 'ECO'", Level.HIGH),
        (f"DO $$ BEGIN {NEW} NOTHING; END $$", Level.HIGH),
        ("INSERT INTO public.services VALUES (public.late('STD'), 48) ON CONFLICT DO NOTHING",
         Level.HIGH),
        ("UPDATE public.services SET hours = 1 WHERE code = 'ECO'", Level.HIGH),
        ("INSERT INTO public.services SELECT status, 1 FROM public.parcels WHERE status = 'lost'",
         Level.HIGH),
    ],
)  # fmt: skip
def test_sql_that_can_only_add_rows_adds_them_in_the_target_at_most(
    watch: Watch, sql: str, level: Level
) -> None:
    """As many as it finds in what it reads."""
    assert watch(LIVE, sql, sizes=LARGE).reason("writes_rows").level is level


def test_rows_of_a_partition_are_rows_of_its_table(watch: Watch) -> None:
    found = watch(LIVE, "INSERT INTO public.scans VALUES (2, '2026-03-01')")

    assert (found.level, found.codes) == (Level.MEDIUM, {"writes_rows"})
    assert "rows added: 1, to public.scans_2026" in found.reason("writes_rows").evidence


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM (SELECT id FROM public.parcels FOR UPDATE) AS all_of_them",
        "SELECT id FROM public.parcels ORDER BY id FOR NO KEY UPDATE",
        "DO $$ BEGIN PERFORM FROM public.parcels WHERE status = 'new' FOR SHARE; END $$",
    ],
)
def test_rows_that_are_locked_one_by_one_weigh_by_their_number(watch: Watch, sql: str) -> None:
    large, small = watch(LIVE, sql, sizes=LARGE), watch(LIVE, sql, sizes=SMALL)
    alone = watch(LIVE, sql, sizes=LARGE, transaction=False)
    blind = watch(LIVE, sql, sizes=LARGE, rows=0)

    assert large.reason("holds_lock").level is Level.HIGH
    assert "100 of 100 rows of public.parcels are locked" in large.reason("holds_lock").evidence
    assert small.reason("holds_lock").level is Level.LOW
    assert alone.reason("holds_lock").level is Level.HIGH
    assert blind.reason("holds_lock").level is Level.HIGH


def test_a_few_rows_that_are_locked_are_no_alarm(watch: Watch) -> None:
    few = "SELECT id FROM public.parcels WHERE id = 3 FOR UPDATE"
    key = "INSERT INTO public.lines VALUES (3)"
    read = "SELECT count(*) FROM public.parcels"

    assert watch(LIVE, few, sizes=LARGE).level.score <= Level.MEDIUM.score
    assert "holds_lock" not in watch(LIVE, key, sizes=LARGE).codes
    assert watch(LIVE, read, sizes=LARGE).level is Level.SAFE
