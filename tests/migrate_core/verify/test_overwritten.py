"""Of rows that raw SQL writes over it is known what they held, whatever it has locked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from migrate_core.risk.levels import Level
from migrate_core.verify.batches import fills_in_batches
from migrate_core.verify.scripts import Script
from tests.migrate_core.verify.conftest import Watch

pytestmark = pytest.mark.db

LIVE = """
CREATE TABLE public.depots (id int PRIMARY KEY, code text NOT NULL, name text);
INSERT INTO public.depots SELECT n, 'd' || n, 'Depot ' || n FROM generate_series(1, 24) AS n;
CREATE TABLE public."Mixed" (id int PRIMARY KEY, code text NOT NULL);
INSERT INTO public."Mixed" SELECT n, 'd' || n FROM generate_series(1, 24) AS n;
CREATE TABLE public.scans (id int, day date, kind text, PRIMARY KEY (id, day))
    PARTITION BY RANGE (day);
CREATE TABLE public.scans_2026 PARTITION OF public.scans
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO public.scans SELECT n, '2026-02-01', 'in' FROM generate_series(1, 24) AS n;
CREATE FUNCTION public.tidy() RETURNS void LANGUAGE plpgsql AS
$$ BEGIN UPDATE public.depots SET code = lower(code); END $$;
"""
SMALL = {"public.depots": (340, 98_304)}
LARGE = {"public.depots": (64_000_000, 11_000_000_000)}
FILLED = """
ALTER TABLE public.depots ADD COLUMN label text;
UPDATE public.depots SET label = code || name;
ALTER TABLE public.depots ALTER COLUMN label SET NOT NULL;
"""


@pytest.mark.parametrize(
    "sql",
    [
        FILLED,
        "ALTER TABLE public.depots ADD COLUMN tries int; UPDATE public.depots SET tries = 0;",
        "UPDATE public.depots SET code = lower(code)",
        "SELECT public.tidy()",
        "DO $$ BEGIN EXECUTE 'UPDATE public.depots SET code = lower(code)'; END $$",
        "LOCK TABLE public.depots; UPDATE public.depots SET code = lower(code);",
    ],
)
def test_a_small_table_that_kept_its_values_is_no_alarm(watch: Watch, sql: str) -> None:
    """A sample of a small table speaks for it; of a large one it does not."""
    small, large = watch(LIVE, sql, sizes=SMALL), watch(LIVE, sql, sizes=LARGE)

    assert small.reason("writes_rows").level is Level.MEDIUM
    assert "over NULLs or with what they held" in small.reason("writes_rows").evidence
    assert small.level is Level.MEDIUM
    assert large.level is Level.HIGH


def test_names_in_quotes_and_partitions_are_compared(watch: Watch) -> None:
    sized = {"public.scans_2026": (340, 98_304), 'public."Mixed"': (340, 98_304)}

    quoted = watch(LIVE, 'UPDATE public."Mixed" SET code = lower(code)', sizes=sized)
    partition = watch(LIVE, "UPDATE public.scans SET kind = lower(kind)", sizes=sized)

    assert "over NULLs" in quoted.reason("writes_rows").evidence
    assert "over NULLs" in partition.reason("writes_rows").evidence


def test_values_that_are_gone_are_seen_under_any_lock(watch: Watch) -> None:
    """So are those of a small table, and of a column beside the one that is new."""
    text = "ALTER TABLE public.depots ADD tries int; UPDATE public.depots SET tries = 0, code = ''"

    found = watch(LIVE, text, sizes=SMALL)

    assert found.reason("writes_rows").level is Level.HIGH
    assert "rows written over: 24 of 24" in found.reason("writes_rows").evidence


def test_what_is_named_nowhere_may_have_been_lost(watch: Watch) -> None:
    text = "DO $$ BEGIN EXECUTE 'UPDATE public.dep' || 'ots SET code = lower(code)'; END $$"

    found = watch(LIVE, text, sizes=SMALL)

    assert found.reason("writes_rows").level is Level.HIGH
    assert "rows written over: 24, of" in found.reason("writes_rows").evidence


def test_nobody_looks_while_an_index_is_built_beside_writers(watch: Watch) -> None:
    text = "CREATE INDEX CONCURRENTLY by_code ON public.depots (code)"

    assert watch(LIVE, text, transaction=False).level.score <= Level.MEDIUM.score


@pytest.mark.parametrize(
    ("sql", "level"),
    [
        ("UPDATE public.depots SET name = 'Depot 7' WHERE id < 24", Level.HIGH),
        ("UPDATE public.flags SET is_on = true", Level.HIGH),
        ("UPDATE public.flags SET is_on = true WHERE id > 2", Level.HIGH),
        ("UPDATE public.flags SET note = coalesce(note, 'x'), is_on = true WHERE id < 5",
         Level.MEDIUM),
        ("UPDATE public.flags SET is_on = NOT is_on WHERE id IN (1, 5, 6) AND is_on IS NOT NULL",
         Level.MEDIUM),
    ],
)  # fmt: skip
def test_one_value_in_all_rows_tells_nothing_apart(watch: Watch, sql: str, level: Level) -> None:
    flags = """
    CREATE TABLE public.flags (id int PRIMARY KEY, is_on boolean, note text);
    INSERT INTO public.flags
    SELECT n, n > 4 AND n < 20 OR n < 3, CASE WHEN n > 4 THEN 'x' END
      FROM generate_series(1, 24) AS n;
    """
    found = watch(LIVE + flags, sql, sizes=SMALL | {"public.flags": (24, 8_192)})

    assert found.reason("writes_rows").level is level


MOVE = """
CREATE TABLE public.scans_old (LIKE public.scans INCLUDING ALL);
WITH moved AS (DELETE FROM public.scans WHERE id < 9 RETURNING *)
INSERT INTO public.scans_old SELECT * FROM moved;
"""


def test_rows_that_one_statement_moves_are_not_lost(watch: Watch) -> None:
    found = watch(LIVE, MOVE, sizes={"public.scans_2026": (340, 98_304)})

    assert found.level is Level.MEDIUM
    assert "rows moved: 8, from public.scans_2026 to public.scans_old" in {
        said.partition(";")[0]
        for r in found.step.verdict.reasons
        for said in [r.evidence]
        if r.code == "writes_rows"
    }


@pytest.mark.parametrize(
    "sql",
    [
        MOVE.replace("SELECT * FROM moved", "SELECT * FROM moved WHERE id > 3"),
        MOVE.replace("SELECT * FROM moved", "SELECT id, day, 'x' FROM moved"),
        MOVE + "DELETE FROM public.scans WHERE id = 20;",
        MOVE + "TRUNCATE public.depots;",
        MOVE.replace("TABLE public.", "TEMP TABLE ").replace("INTO public.", "INTO "),
        MOVE.replace("public.scans_old SELECT", "public.scans_old SELECT DISTINCT"),
    ],
)
def test_what_goes_elsewhere_or_nowhere_is_lost(watch: Watch, sql: str) -> None:
    assert watch(LIVE, sql).level is Level.DESTRUCTIVE


BATCHES = """
DO $$ DECLARE at int := 0; BEGIN
  WHILE at < 24 LOOP
    UPDATE public.depots SET label = upper(code) WHERE id > at AND id <= at + 6 AND label IS NULL;
    at := at + 6; COMMIT;
  END LOOP;
END $$
"""
CHOSEN = """
DO $$ DECLARE many int; BEGIN
  LOOP
    UPDATE public.depots SET label = upper(code)
     WHERE id IN (SELECT id FROM public.depots WHERE label IS NULL ORDER BY id LIMIT 5);
    GET DIAGNOSTICS many = ROW_COUNT; EXIT WHEN many = 0; COMMIT;
  END LOOP;
END $$
"""
IN_BATCHES = {
    "by its key": (BATCHES, Level.MEDIUM),
    "chosen from itself": (CHOSEN, Level.MEDIUM),
    "chosen and locked": (
        CHOSEN.replace("LIMIT 5", "LIMIT 5 FOR UPDATE SKIP LOCKED"),
        Level.MEDIUM,
    ),
    "without a commit": (BATCHES.replace("COMMIT;", ""), Level.HIGH),
    "all at once": (BATCHES.replace("id > at AND id <= at + 6 AND ", ""), Level.HIGH),
    "by no bound": (BATCHES.replace("id > at AND id <= at + 6", "id <> 7"), Level.HIGH),
    "or others": (BATCHES.replace("label IS NULL", "(label IS NULL OR id = 3)"), Level.HIGH),
    "another column": (BATCHES.replace("SET label", "SET name"), Level.HIGH),
    "two columns": (BATCHES.replace("SET label", "SET name = name, label"), Level.HIGH),
    "what is not NULL": (BATCHES.replace("label IS NULL", "NOT label IS NULL"), Level.HIGH),
    "chosen from another": (
        CHOSEN.replace("FROM public.depots", 'FROM (SELECT *, code AS label FROM public."Mixed")')
        .replace("label IS NULL", "label IS NOT NULL AND id > 20")
        .replace("EXIT WHEN many = 0", "EXIT WHEN true"),
        Level.HIGH,
    ),
    "and deletes": (
        BATCHES.replace("COMMIT;", "DELETE FROM public.depots WHERE id < 0; COMMIT;"),
        Level.HIGH,
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", IN_BATCHES)
def test_nulls_that_are_filled_in_batches_lock_little_and_lose_nothing(
    watch: Watch, how: str
) -> None:
    """However large the table is, and whatever its rows hold that are not on the shadow."""
    text, level = IN_BATCHES[how]
    live = f"{LIVE} ALTER TABLE public.depots ADD COLUMN label text;"

    found = watch(live, text, sizes=LARGE, transaction=False)

    said = [r.level for r in found.step.verdict.reasons if r.code == "writes_rows"]
    assert (said or [Level.HIGH])[0] is level
    if level is Level.MEDIUM:
        assert found.level is level, found.deed


@pytest.mark.parametrize(
    ("logged", "level"),
    [
        ("VALUES (NEW.id)", Level.MEDIUM),
        ("SELECT NEW.id WHERE NOT EXISTS (SELECT FROM public.log WHERE id < 0)", Level.HIGH),
        ("SELECT NEW.id WHERE NOT EXISTS (SELECT FROM public.log WHERE id = NEW.id)", Level.HIGH),
    ],
)
def test_a_log_that_is_only_added_to_decides_nothing(
    watch: Watch, logged: str, level: Level
) -> None:
    """It has no row on the shadow, and many in the target."""
    live = f"""{LIVE} ALTER TABLE public.depots ADD COLUMN label text;
        CREATE TABLE public.log (id int PRIMARY KEY);
        CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO public.log {logged}; RETURN NEW; END $$;
        CREATE TRIGGER noted AFTER UPDATE ON public.depots
            FOR EACH ROW EXECUTE FUNCTION public.note();"""

    found = watch(
        live,
        BATCHES,
        sizes={**LARGE, "public.log": (64_000_000, 11_000_000_000)},
        transaction=False,
    )

    assert found.level is level, found.deed


def test_a_block_in_another_language_is_read_as_none_of_ours() -> None:
    script = SimpleNamespace(alone=True, sql="DO LANGUAGE plperl $$ it's a loop, commit $$")

    assert not fills_in_batches(cast(Script, script))
