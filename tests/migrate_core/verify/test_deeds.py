"""Raw SQL is judged by what it did on the shadow, not by its text."""

from __future__ import annotations

from typing import Any

import pytest

from migrate_core.operations.registry import make
from migrate_core.planning import undoing
from migrate_core.planning.gates import Circumstances, Policy, gates
from migrate_core.planning.undoing import UndoGrade
from migrate_core.planning.verified import judged
from migrate_core.risk import verdict
from migrate_core.risk.levels import Level
from migrate_core.verify import deeds, locks
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.relations import Held
from tests.migrate_core.verify.conftest import MakeStory
from tests.migrate_core.verify.seen import Seen

pytestmark = pytest.mark.db

LIVE = """
CREATE TABLE public.users (id int PRIMARY KEY, email text, note varchar(40));
INSERT INTO public.users SELECT n, 'user' || n FROM generate_series(1, 50) AS n;
CREATE TABLE public.empty_one (id int PRIMARY KEY);
CREATE SEQUENCE public.numbers;
SELECT nextval('public.numbers') FROM generate_series(1, 7);
CREATE FUNCTION public.purge() RETURNS void LANGUAGE plpgsql AS
$$ BEGIN DELETE FROM public.users WHERE id > 40; END $$;
CREATE FUNCTION public.harmless() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
"""
ROWS = Rehearsing(rows=100)


@pytest.fixture
def seen(make_story: MakeStory) -> Any:
    """Nothing is declared: what raw SQL was seen to do is what it leads to."""

    def see(
        sql: str,
        options: Rehearsing = ROWS,
        fails: bool = False,
        before: str = "",
        **fields: Any,
    ) -> Seen:
        story = make_story(LIVE + before, LIVE + before)
        plan = story.plan(make("rawSql", sql=sql, **fields))
        report = story.verify(plan, options=options, declared=None, wanted=story.found)
        assert report.ok is not fails, report.stages
        return Seen(plan, report)

    return see


def test_a_block_that_rewrites_a_table_by_dynamic_sql_is_high(
    seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the table is large: every value of these few fits."""
    monkeypatch.setattr(verdict, "BRIEF_BYTES", 0)
    monkeypatch.setattr(verdict, "SHORT_BYTES", 0)
    text = (
        "DO $$ BEGIN EXECUTE 'ALTER TABLE public.' || 'users ALTER note TYPE varchar(20)'; END $$"
    )

    found = seen(text)

    assert found.level is Level.HIGH
    assert "rebuilds_table" in found.codes
    assert "public.users was rewritten" in found.deed.did
    assert "50 rows" in " ".join(r.evidence for r in found.step.verdict.reasons)
    assert any("EXECUTE" in said for said in found.deed.unseen)


def test_a_block_that_only_comments_is_low(seen: Any) -> None:
    found = seen("DO $$ BEGIN COMMENT ON TABLE public.users IS 'people'; END $$")

    assert found.level is Level.LOW
    assert found.deed.changed == "comments"
    assert found.codes == {"raw_sql", "no_inverse"}


def test_a_delete_in_a_function_that_is_called_is_destructive(seen: Any) -> None:
    found = seen("SELECT public.purge()")

    assert found.level is Level.DESTRUCTIVE
    assert found.step.keeps_nothing
    assert "public.users: rows 10 deleted" in found.deed.did
    policy, now = Policy(budget=None), Circumstances(verified=found.report.verified)
    assert gates(found.plan, policy, now)[1].says == "step 1 loses data for good"


def test_without_rows_the_words_of_the_function_count(seen: Any) -> None:
    found = seen("SELECT public.purge()", Rehearsing())

    assert found.level is Level.DESTRUCTIVE
    assert any("purge() holds DELETE" in r.evidence for r in found.step.verdict.reasons)
    assert any("public.users had none" in said for said in found.deed.unseen)


def test_a_harmless_select_is_safe(seen: Any) -> None:
    found = seen("SELECT 1")

    assert found.plan.steps[0].verdict.level is Level.HIGH
    assert (found.level, found.deed.changed) == (Level.SAFE, "nothing")
    assert undoing.worst(judged(found.plan, found.report.verified)) is UndoGrade.EXACT


def test_what_fails_with_rows_alone_stays_high_without_them(seen: Any) -> None:
    text = (
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM public.users LOOP"
        " RAISE EXCEPTION 'no'; END LOOP; END $$"
    )

    blind, sighted = seen(text, Rehearsing()), seen(text, fails=True)

    assert blind.report.ok
    assert blind.level is Level.HIGH
    assert "public.users had none: verify with rows" in " ".join(blind.deed.unseen)
    assert undoing.worst(judged(blind.plan, blind.report.verified)) is UndoGrade.LOST
    assert not sighted.report.ok
    assert sighted.level is Level.HIGH
    assert sighted.report.deeds == ()


def test_an_index_that_is_not_built_online_scans_under_a_lock(
    seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What that weighs is for the size in the target to say."""
    sql, down = "CREATE INDEX by_email ON public.users (email)", "DROP INDEX by_email"
    small = seen(sql, down=down)
    monkeypatch.setattr(verdict, "BRIEF_BYTES", 0)
    monkeypatch.setattr(verdict, "SHORT_BYTES", 0)
    found = seen(sql, down=down)

    assert (small.level, found.level) == (Level.LOW, Level.HIGH)
    assert "scans_under_blocking_lock" in found.codes


def test_what_is_dropped_by_dynamic_sql_is_destructive(seen: Any) -> None:
    found = seen("DO $$ BEGIN EXECUTE 'ALTER TABLE public.users D' || 'ROP email'; END $$")

    assert found.level is Level.DESTRUCTIVE
    assert "drops_column_with_data" in found.codes


def test_a_rename_is_a_rename_and_loses_nothing(seen: Any) -> None:
    found = seen("ALTER TABLE public.users RENAME email TO mail; SELECT 1", down="SELECT 1")

    assert found.level is Level.HIGH
    assert found.codes == {"rename_column"}
    assert not found.step.keeps_nothing


def test_a_table_made_anew_under_its_name_is_lost(seen: Any) -> None:
    text = "DROP TABLE public.users; CREATE TABLE public.users (id int PRIMARY KEY)"

    found = seen(text)

    assert found.level is Level.DESTRUCTIVE
    assert any("another made" in r.evidence for r in found.step.verdict.reasons)


def test_a_table_that_is_empty_in_the_target_costs_nothing(seen: Any) -> None:
    found = seen("ALTER TABLE public.empty_one ALTER id TYPE bigint", down="SELECT 1")

    assert found.level is Level.SAFE
    assert "public.empty_one was rewritten" in found.deed.did


def test_a_table_that_it_makes_itself_has_no_rows_to_wait_for(seen: Any) -> None:
    text = (
        "CREATE TABLE public.fresh (id int PRIMARY KEY, u int);"
        "ALTER TABLE public.fresh ADD CHECK (u > 0);"
        "CREATE INDEX fresh_u ON public.fresh (u)"
    )

    found = seen(text, down="DROP TABLE public.fresh")

    assert (found.level, found.codes) == (Level.LOW, {"adds_index"})


def test_rows_written_over_are_high_and_rows_added_medium(seen: Any) -> None:
    over = seen("UPDATE public.users SET email = 'x' WHERE id < 40", down="SELECT 1")
    added = seen("INSERT INTO public.users VALUES (1000)", down="SELECT 1")

    assert (over.level, over.codes) == (Level.HIGH, {"writes_rows"})
    assert "public.users: rows 39 updated" in over.deed.did
    assert (added.level, added.codes) == (Level.MEDIUM, {"writes_rows"})


def test_rows_that_come_from_a_table_without_rows_here_are_not_nothing(seen: Any) -> None:
    """Into a table that is empty in the target, and from one that is not."""
    text = "INSERT INTO public.empty_one SELECT id FROM public.users"

    blind, sighted = seen(text, Rehearsing()), seen(text)

    assert (blind.level, blind.deed.changed) == (Level.HIGH, "something")
    assert any("public.users had none" in said for said in blind.deed.unseen)
    assert undoing.worst(judged(blind.plan, blind.report.verified)) is UndoGrade.LOST
    assert (sighted.level, sighted.codes) == (Level.MEDIUM, {"no_inverse"})
    assert "public.empty_one: rows 50 inserted" in sighted.deed.did


@pytest.mark.parametrize(
    ("sql", "level", "codes"),
    [
        ("COMMENT ON TABLE public.users IS 'x'", Level.SAFE, set()),
        ("COMMENT ON FUNCTION public.purge() IS 'x'; COMMENT ON TABLE public.users IS 'y'",
         Level.SAFE, set()),
        ("CREATE FUNCTION public.twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2'",
         Level.LOW, {"untracked_dependencies"}),
        ("CREATE FUNCTION public.call_out() RETURNS void LANGUAGE plpgsql AS"
         " $$ BEGIN PERFORM pg_notify('a', 'b'); DELETE FROM public.users; END $$",
         Level.LOW, {"untracked_dependencies"}),
        ("CREATE TABLE public.fresh (id int PRIMARY KEY, u int REFERENCES public.users)",
         Level.SAFE, set()),
        ("CREATE TABLE public.fresh (id int); INSERT INTO public.fresh VALUES (1), (2)",
         Level.SAFE, set()),
        ("INSERT INTO public.empty_one VALUES (1), (2)", Level.SAFE, set()),
        ("CREATE VIEW public.mails AS SELECT email FROM public.users", Level.SAFE, set()),
        ("ANALYZE public.users", Level.SAFE, set()),
        ("ALTER TABLE public.users ADD COLUMN x int NOT NULL DEFAULT 0", Level.LOW,
         {"adds_column_with_default"}),
    ],
)  # fmt: skip
def test_what_does_no_harm_is_not_high_once_it_was_seen(
    seen: Any, sql: str, level: Level, codes: set[str]
) -> None:
    found = seen(sql, Rehearsing(), down="SELECT 1")

    assert found.plan.steps[0].verdict.level in (Level.HIGH, Level.DESTRUCTIVE)
    assert (found.level, found.codes) == (level, codes)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE public.users ADD x int NOT NULL DEFAULT 0; ALTER TABLE public.users ALTER x"
        " DROP DEFAULT",
        "ALTER TABLE public.users ADD x int; UPDATE public.users SET x = 1;"
        " ALTER TABLE public.users ALTER x SET NOT NULL",
    ],
)
def test_a_required_column_that_it_fills_itself_is_not_blocked(seen: Any, sql: str) -> None:
    blind, sighted = seen(sql, Rehearsing()), seen(sql)
    plain = seen("ALTER TABLE public.users ADD x int NOT NULL", Rehearsing())

    assert blind.level is Level.HIGH
    assert "adds_required_column_without_default" in blind.codes
    assert "adds_required_column_without_default" not in sighted.codes
    assert plain.level is Level.BLOCKED


def test_a_sequence_that_goes_back_repeats_values(seen: Any) -> None:
    found = seen("SELECT setval('public.numbers', 2)", down="SELECT 1")

    assert (found.level, found.codes) == (Level.HIGH, {"loses_sequence_position"})
    assert "sequence public.numbers stands at 2" in found.deed.did


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER SEQUENCE public.numbers RESTART",
        "ALTER SEQUENCE public.numbers RESTART WITH 7",
        "SELECT setval('public.numbers', 7, false)",
        "ALTER SEQUENCE public.numbers INCREMENT -1; SELECT nextval('public.numbers')",
    ],
)
def test_a_sequence_that_gives_again_what_it_gave_went_back(seen: Any, sql: str) -> None:
    found = seen(sql, down="SELECT 1")

    assert "loses_sequence_position" in found.codes
    assert found.level is Level.HIGH


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER SEQUENCE public.numbers RESTART WITH 9000",
        "SELECT setval('public.numbers', 8, false)",
        "SELECT setval('public.numbers', 9000)",
        "SELECT nextval('public.numbers')",
        "ALTER SEQUENCE public.numbers INCREMENT 50; ALTER SEQUENCE public.numbers INCREMENT 1",
    ],
)
def test_a_sequence_that_goes_on_above_repeats_nothing(seen: Any, sql: str) -> None:
    found = seen(sql, down="SELECT 1")

    assert "loses_sequence_position" not in found.codes
    assert found.level.score <= Level.MEDIUM.score


def test_a_constraint_that_is_validated_alone_lets_writers_through(
    seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock is over before it was seen; of more than that nobody knows."""
    for name in ("BRIEF_BYTES", "SHORT_BYTES"):
        monkeypatch.setattr(verdict, name, 0)
    rule = "ALTER TABLE public.users ADD CONSTRAINT few CHECK (id < 100) NOT VALID"
    text = "ALTER TABLE public.users VALIDATE CONSTRAINT few"
    online = seen(text, before=rule, transaction=False)
    more = seen(f"{text}, ALTER id SET NOT NULL", before=rule, transaction=False)

    assert "scans_under_blocking_lock" not in online.codes
    assert online.level.score <= Level.MEDIUM.score
    assert "validates_online" in {r.code for r in online.step.verdict.reasons}
    assert "scans_under_blocking_lock" in more.codes


def test_a_function_that_is_only_made_is_said_to_be_unseen(seen: Any) -> None:
    text = (
        "CREATE FUNCTION public.later() RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN TRUNCATE public.users; END $$; SET work_mem = '5MB'"
    )

    found = seen(text, down="DROP FUNCTION public.later()")

    assert any("later" in said and "not run" in said for said in found.deed.unseen)
    assert any("work_mem was set to" in said for said in found.deed.did)


def test_what_goes_outside_is_said_and_stays_high(seen: Any) -> None:
    found = seen("SELECT pg_cancel_backend(0)", down="SELECT 1")

    assert found.level is Level.HIGH
    assert any("what pg_cancel_backend does outside" in said for said in found.deed.unseen)


def test_gate_1_takes_what_was_seen_of_exactly_this_plan(seen: Any) -> None:
    found = seen("SELECT 1")
    policy = Policy(budget=35)
    other = Circumstances(verified=found.report.verified.__class__(plan_hash="x", ok=True))

    assert gates(found.plan, policy, Circumstances(verified=found.report.verified))[0].passes
    assert not gates(found.plan, policy, Circumstances())[0].passes
    assert not gates(found.plan, policy, other)[0].passes


def test_rows_that_were_written_count_where_no_lock_was_seen(
    seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside a transaction locks are sampled, and a statement by way of an index is brief."""
    monkeypatch.setattr(locks._Sampler, "stop", _sees_nothing)
    block = "UPDATE public.users SET email = 'x' WHERE id BETWEEN 1 AND 40; COMMIT;"

    found = seen(f"DO $$ BEGIN {block} END $$", transaction=False)

    assert found.level is Level.HIGH
    assert "public.users: rows 40 updated" in found.deed.did


NOT_YET = "ALTER TABLE public.users ADD CONSTRAINT said CHECK (email <> '') NOT VALID;"
FILLS = "UPDATE public.users SET email = 'x' WHERE email = 'commit'"


@pytest.mark.parametrize(
    ("script", "blocks"),
    [
        ("UPDATE public.users SET email = 'x' WHERE email = 'user7'", False),
        ("ALTER TABLE public.users VALIDATE CONSTRAINT said", False),
        ("ALTER TABLE public.users ADD CHECK (email <> 'y')", True),
        (f"DO $do$ BEGIN FOR n IN 1..3 LOOP {FILLS}; COMMIT AND CHAIN; END LOOP; END $do$", False),
        (f"DO $$ BEGIN {FILLS}; IF FOUND THEN ROLLBACK; ELSE COMMIT; END IF; END $$", False),
        (f"DO $$ BEGIN COMMIT; LOCK public.users IN SHARE MODE; {FILLS}; END $$", True),
    ],
)
def test_a_lock_that_nobody_saw_is_taken_once_more(
    seen: Any, monkeypatch: pytest.MonkeyPatch, script: str, blocks: bool
) -> None:
    monkeypatch.setattr(locks._Sampler, "stop", _sees_nothing)
    monkeypatch.setattr(deeds, "validating", lambda _script, _operations: {})

    found = seen(script, transaction=False, before=NOT_YET)

    assert ("scans_under_blocking_lock" in found.codes) is blocks
    assert deeds.UNSEEN_LOCK not in repr(found.deed)
    assert [one.mode for one in found.report.locks[0].observed] != []


def _sees_nothing(sampler: Any) -> tuple[Held, str]:
    sampler._over.set()
    sampler._thread.join()
    sampler._conn.close()
    return frozenset(), ""
