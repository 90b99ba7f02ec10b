"""What raw SQL weighs by the size of what it locks, reads and writes, and by what was there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate_core.cli.console.rehearsals import deed_lines
from migrate_core.operations.registry import make
from migrate_core.planning.verified import judged
from migrate_core.risk.levels import Level
from migrate_core.verify import bulk
from migrate_core.verify.options import Rehearsing
from tests.migrate_core.verify.conftest import MakeStory
from tests.migrate_core.verify.seen import Seen

pytestmark = pytest.mark.db

LIVE = """
CREATE TABLE public.users (id int PRIMARY KEY, email text, note text);
INSERT INTO public.users SELECT n, 'user' || n FROM generate_series(1, 50) AS n;
CREATE TABLE public.clicks (id int PRIMARY KEY, user_id int REFERENCES public.users, url text);
ALTER TABLE public.clicks ALTER url SET STORAGE PLAIN;
INSERT INTO public.clicks
SELECT n, n % 50 + 1, repeat('x', 2000) FROM generate_series(1, 15000) AS n;
CREATE TABLE public.empty_one (id int PRIMARY KEY, note text);
CREATE TABLE public.queue (id int PRIMARY KEY);
INSERT INTO public.queue VALUES (1);
DELETE FROM public.queue;
CREATE TABLE public.bare (n int);
CREATE TABLE public.days (day date NOT NULL, PRIMARY KEY (day)) PARTITION BY RANGE (day);
CREATE TABLE public.days_2026 (day date NOT NULL, PRIMARY KEY (day));
CREATE FUNCTION public.purge() RETURNS void LANGUAGE plpgsql AS
$$ BEGIN DELETE FROM public.empty_one; END $$;
"""
ROWS = Rehearsing(rows=100)
QUICK = "ALTER TABLE public.users ADD COLUMN memo text"
See = Callable[..., Seen]


@pytest.fixture
def see(make_story: MakeStory) -> Any:
    """30 MB of clicks, and hardly anything else."""

    def look(
        sql: str,
        options: Rehearsing = ROWS,
        *,
        before: str = "",
        fails: bool = False,
        transaction: bool = True,
    ) -> Seen:
        story = make_story(LIVE, LIVE)
        story.conn.execute(before.encode())
        story.conn.execute("SELECT pg_stat_force_next_flush()")
        plan = story.plan(make("rawSql", sql=sql, down="SELECT 1", transaction=transaction))
        report = story.verify(plan, options=options, declared=None, wanted=story.found)
        assert report.ok is not fails, report
        return Seen(plan, report)

    return look


def test_a_lock_that_is_taken_by_hand_weighs_by_the_size_of_its_table(see: See) -> None:
    large, small = see("LOCK TABLE public.clicks"), see("LOCK TABLE public.users IN SHARE MODE")

    assert large.reason("holds_lock").level is Level.HIGH
    assert "is locked ACCESS EXCLUSIVE by the SQL itself" in large.reason("holds_lock").evidence
    assert small.reason("holds_lock").level is Level.LOW
    assert "writes wait until its transaction ends" in small.reason("holds_lock").evidence


def test_a_lock_that_nobody_waits_for_weighs_nothing(see: See) -> None:
    assert see("LOCK TABLE public.clicks IN ROW SHARE MODE").level is Level.SAFE
    assert see("LOCK TABLE public.empty_one").level is Level.SAFE


def test_a_change_that_is_there_already_locks_for_a_moment(see: See) -> None:
    found = see("ALTER TABLE public.clicks ADD COLUMN IF NOT EXISTS url text")

    assert found.reason("holds_lock").level is Level.LOW
    assert "nothing was seen to be changed there" in found.reason("holds_lock").evidence


def test_a_quick_change_weighs_as_much_as_what_is_read_under_its_lock(see: See) -> None:
    found = see(f"{QUICK}; SELECT count(*) FROM public.clicks")

    assert found.level is Level.HIGH
    assert "public.users" in found.reason("holds_lock").evidence
    assert "while public.clicks is read or written" in found.reason("holds_lock").evidence


def test_what_is_read_without_a_lock_that_others_wait_for_weighs_nothing(see: See) -> None:
    assert see("SELECT count(*) FROM public.clicks").level is Level.SAFE
    assert "holds_lock" not in see(f"{QUICK}; SELECT count(*) FROM public.users").codes


def test_time_that_passes_on_the_shadow_passes_under_the_lock(see: See) -> None:
    found = see(f"{QUICK}; SELECT pg_sleep(1.1)")

    assert found.level is Level.HIGH
    assert "on the shadow already" in found.reason("holds_lock").evidence


def test_a_copy_weighs_by_what_it_copies(see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "CREATE TABLE public.copy AS SELECT * FROM public.clicks"
    some, blind = see(text), see(text, Rehearsing())
    one = see("CREATE TABLE public.copy AS SELECT * FROM public.clicks WHERE id = 5")
    monkeypatch.setattr(bulk, "VERY_MUCH_BYTES", 25_000_000)
    much = see(text)

    assert some.reason("writes_rows").level is Level.MEDIUM
    assert "100 rows were put into public.copy" in some.reason("writes_rows").evidence
    assert blind.reason("writes_rows").level is Level.MEDIUM
    assert "writes_rows" not in one.codes
    assert much.level is Level.HIGH


def test_rows_written_over_nulls_alone_weigh_by_their_number(see: See) -> None:
    filled = see("UPDATE public.users SET note = 'x' WHERE note IS NULL")
    lost = see("UPDATE public.users SET note = 'x', email = 'y' WHERE email = 'user3'")

    assert (filled.level, filled.codes) == (Level.MEDIUM, {"writes_rows"})
    assert "over NULLs or with what they held" in filled.reason("writes_rows").evidence
    assert (lost.level, lost.codes) == (Level.MEDIUM, {"writes_rows"})
    assert "rows written over: 1 of 50" in lost.reason("writes_rows").evidence


FLAGS = "CREATE TABLE public.flags (name text PRIMARY KEY, is_on bool);"
FLAGS += "INSERT INTO public.flags SELECT 'flag ' || n, false FROM generate_series(1, 10) AS n"


@pytest.mark.parametrize(
    ("sql", "level"),
    [
        ("UPDATE public.flags SET is_on = true WHERE name = 'flag 3'", Level.MEDIUM),
        ("UPDATE public.flags SET is_on = true", Level.HIGH),
        ("UPDATE public.flags SET name = upper(name) WHERE name < 'flag 5'", Level.HIGH),
        (
            "UPDATE public.clicks SET url = 'y' WHERE user_id = 3",
            Level.HIGH,
        ),  # as many as there are
        ("UPDATE public.clicks SET url = 'y' WHERE id = 3", Level.MEDIUM),
        ("UPDATE public.clicks SET url = 'y' WHERE id IN (3, 4, 5)", Level.MEDIUM),
        ("UPDATE public.clicks SET url = 'y' WHERE id BETWEEN 3 AND 3", Level.HIGH),
        ("DO $$ BEGIN UPDATE public.clicks SET url = 'y' WHERE id = 3; END $$", Level.HIGH),
    ],
)
def test_a_few_rows_of_a_small_table_are_told_of(see: See, sql: str, level: Level) -> None:
    assert see(sql, before=FLAGS).reason("writes_rows").level is level


BATCHES = """
DO $$
DECLARE low int := 0;
BEGIN
  WHILE low < 50 LOOP
    UPDATE public.users SET {} WHERE id > low AND id <= low + 10;
    low := low + 10;
    COMMIT;
  END LOOP;
END $$
"""


def test_rows_are_compared_where_it_commits_by_itself(see: See) -> None:
    over_nulls = see(BATCHES.format("note = 'x'"), transaction=False)
    over_values = see(BATCHES.format("email = 'x'"), transaction=False)

    assert over_nulls.reason("writes_rows").level is Level.MEDIUM
    assert "over NULLs" in over_nulls.reason("writes_rows").evidence
    assert over_values.reason("writes_rows").level is Level.HIGH
    assert "rows written over: 50 of 50" in over_values.reason("writes_rows").evidence


def test_what_runs_concurrently_waits_for_nobody_of_ours(see: See) -> None:
    found = see("CREATE INDEX CONCURRENTLY users_email ON public.users (email)", transaction=False)

    assert found.level.score <= Level.MEDIUM.score


def test_rows_that_were_not_copied_may_hold_what_is_written_over(
    see: See, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large table; a few rows of a small one are like the rest."""
    text = "UPDATE public.users SET note = 'x' WHERE note IS NULL"
    small = see(text, Rehearsing(rows=10))
    monkeypatch.setattr(bulk, "SMALL_ROWS", 49)
    found = see(text, Rehearsing(rows=10))

    assert (small.level, found.level) == (Level.MEDIUM, Level.HIGH)


def test_a_partition_that_is_attached_keeps_its_key(see: See) -> None:
    found = see(
        "ALTER TABLE public.days ATTACH PARTITION public.days_2026"
        " FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
    )

    assert not {"drops_primary_key", "adds_primary_key"} & found.codes
    assert found.level.score <= Level.MEDIUM.score


def test_a_table_in_another_schema_is_renamed_to_its_readers_and_loses_nothing(see: See) -> None:
    found = see("CREATE SCHEMA app; ALTER TABLE public.users SET SCHEMA app")

    assert (found.level, "rename_table" in found.codes) == (Level.HIGH, True)
    assert found.reason("rename_table").evidence == "public.users becomes app.users"
    assert "drops_table_with_data" not in {r.code for r in found.step.verdict.reasons}
    assert "public.users became app.users" in found.deed.did


@pytest.mark.parametrize(
    ("sql", "level", "said"),
    [
        ("CREATE TABLE public.t AS SELECT 1; DROP TABLE public.t", Level.SAFE, "had made itself"),
        ("TRUNCATE public.empty_one", Level.LOW, "public.empty_one had no row"),
        ("DROP TABLE public.bare", Level.LOW, "public.bare had no row"),
        ("DELETE FROM public.empty_one", Level.LOW, "public.empty_one had no row"),
        ("ALTER TABLE public.empty_one DROP COLUMN note", Level.LOW, "public.empty_one had no row"),
    ],
)
def test_words_weigh_nothing_where_nothing_was_to_be_lost(
    see: See, sql: str, level: Level, said: str
) -> None:
    found = see(sql)

    assert found.reason("raw_sql_loses_data").level is level
    assert said in found.reason("raw_sql_loses_data").evidence
    assert found.level.score <= Level.MEDIUM.score
    assert found.step.keeps_nothing, "consent is asked for all the same"
    assert any(said in line for line in deed_lines(found.deed))


def test_what_cascade_takes_along_unnamed_is_high(see: See) -> None:
    before = (
        "CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW;"
        " END $$; CREATE TRIGGER audit AFTER INSERT ON public.users FOR EACH ROW EXECUTE FUNCTION"
        " public.audit()"
    )
    named = see("DROP FUNCTION public.purge() CASCADE")
    found = see("DROP FUNCTION public.audit() CASCADE", before=before)

    assert "raw_sql_loses_data" not in named.codes
    assert found.reason("raw_sql_loses_data").level is Level.HIGH
    assert "CASCADE took more along: " in found.reason("raw_sql_loses_data").evidence


@pytest.mark.parametrize(
    "sql",
    [
        "TRUNCATE public.queue",  # empty by chance: rows come and go there
        "DELETE FROM public.users WHERE id = 777",
        "TRUNCATE public.empty_one; DELETE FROM public.users WHERE id = 777",
        "SELECT public.purge(); DELETE FROM public.empty_one",
        "DO $$ BEGIN DELETE FROM public.empty_one; END $$",
        "CREATE TABLE public.t (); DROP TABLE public.t; ALTER TABLE public.users DROP note",
    ],
)
def test_words_weigh_where_something_may_be_lost(see: See, sql: str) -> None:
    assert see(sql).level is Level.DESTRUCTIVE


def test_keys_that_the_target_may_put_to_sleep_are_high(see: See) -> None:
    found = see(
        "DO $$ BEGIN SET LOCAL session_replication_role = replica;"
        " EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
    )

    assert found.level is Level.HIGH
    assert "session_replication_role puts to sleep" in found.deed.unseen[0]


def test_an_exclusion_is_proven_by_all_rows_and_by_no_fewer(see: See) -> None:
    """What it writes itself cannot be asked for beforehand."""
    text = (
        "INSERT INTO public.users VALUES (777, 'a');"
        "ALTER TABLE public.users ADD CONSTRAINT once EXCLUDE (email WITH =)"
    )

    assert "not_measured" not in see(text).codes
    assert "not_measured" in see(text, Rehearsing(rows=10)).codes


def test_a_rule_that_another_one_proves_asks_nothing_of_the_rows(see: See) -> None:
    proof = "ALTER TABLE public.users ADD CONSTRAINT mailed CHECK (email IS NOT NULL)"
    text = (
        "INSERT INTO public.users VALUES (777, 'a');"
        "ALTER TABLE public.users ALTER email SET NOT NULL"
    )
    some = Rehearsing(rows=10)

    assert "not_measured" in see(text, some).codes
    assert "not_measured" not in see(text, some, before=proof).codes


def test_a_right_on_what_it_makes_is_asked_for_all_the_same(see: See) -> None:
    found = see(
        "CREATE VIEW public.v AS SELECT id FROM public.users;GRANT SELECT ON public.v TO pg_monitor"
    )

    assert [answer.count for answer in found.deed.answers] == [0]
    assert "not_measured" not in found.codes


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("DO $$ BEGIN NOTIFY channel; END $$", "notify"),
        ("SELECT pg_notify('a', 'b')", "pg_notify"),
        ("NOTIFY channel, 'text'", "notify"),
        ("ALTER TABLE public.users ADD notify bool, ADD http_status int, ADD program text", ""),
        ("GRANT SELECT ON public.users TO pg_read_all_data", ""),
    ],
)
def test_a_word_to_listeners_goes_outside_and_changes_nothing(
    see: See, sql: str, word: str
) -> None:
    found = see(sql)
    said = [one for one in found.deed.unseen if "outside" in one or "listeners" in one]

    assert said == ([f"what listeners make of {word}"] if word else [])
    if word:
        assert (found.level, found.codes) == (Level.MEDIUM, {"raw_sql"})


def test_use_of_the_target_weighs_as_it_does_where_it_is_planned(see: See) -> None:
    found = see("CREATE PUBLICATION feed FOR TABLE public.queue, public.bare")
    off = see("ALTER TABLE public.clicks SET (autovacuum_enabled = off)")

    assert "published_without_identity" in found.codes
    assert "stops_autovacuum" in off.codes


def test_what_the_rehearsal_may_not_run_is_said_to_be_unobserved(see: See) -> None:
    found = see("ALTER TABLE public.clicks DISABLE TRIGGER ALL", fails=True)

    said = found.reason("raw_sql")
    assert (found.level, said.level) == (Level.HIGH, Level.HIGH)
    assert "could not be observed" in said.evidence
    assert "42501" in said.evidence
    (line,) = deed_lines(found.deed)
    assert line.startswith("step 1  raw SQL, not judged: it could not be observed")
    assert judged(found.plan, found.report.verified).hash == found.plan.hash
