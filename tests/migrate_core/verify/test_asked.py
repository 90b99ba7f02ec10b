"""What raw SQL does is asked of the target's rows, as it would be of the operation itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate_core.operations.base import Operation
from migrate_core.operations.registry import from_builtins, make
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.gates import Circumstances, Policy, gates
from migrate_core.planning.verified import judged
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Unknown
from tests.migrate_core.verify.conftest import MakeStory, Story
from tests.migrate_core.verify.seen import Seen

pytestmark = pytest.mark.db

LIVE = """
CREATE TABLE public.teams (id int PRIMARY KEY);
INSERT INTO public.teams VALUES (1), (2);
CREATE TABLE public.users (id int PRIMARY KEY, email text, note text, age int, team int, code text);
INSERT INTO public.users
SELECT n, 'user' || n / 2, nullif('n' || n, 'n7'), n - 3, n % 3 + 1, n::text
  FROM generate_series(1, 20) AS n;
CREATE FUNCTION public.slow(n int) RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(0.5); RETURN true; END $$;
"""
NOT_NULL = "ALTER TABLE public.users ALTER note SET NOT NULL"
UNIQUE = "CREATE UNIQUE INDEX users_email ON public.users (email)"
KEY = "ALTER TABLE public.users ADD FOREIGN KEY (team) REFERENCES public.teams"
CHECK = "ALTER TABLE public.users ADD CONSTRAINT grown CHECK (age > 0)"
MISFITS = "ALTER TABLE public.users ALTER email TYPE varchar(5)"
See = Callable[..., Seen]


@pytest.fixture
def see(make_story: MakeStory) -> Any:
    """Rehearsed without rows: only the target has any."""

    def look(*sql: str | Operation) -> Seen:
        story = make_story(LIVE, LIVE)
        steps = (make("rawSql", sql=one) if isinstance(one, str) else one for one in sql)
        plan = story.plan(*steps)
        before = written(story)
        report = story.verify(plan, declared=None, wanted=story.found)
        assert report.ok, report
        assert written(story) == before
        return Seen(plan, report)

    return look


def written(story: Story) -> int:
    """Rows by all sessions, as the server counts them; catalogs are autovacuum's as well."""
    story.conn.execute("SELECT pg_stat_force_next_flush()")
    ((count,),) = story.conn.execute(
        "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
    ).fetchall()
    return int(count)


def evidence(found: Seen) -> str:
    return "; ".join(r.evidence for r in found.step.verdict.reasons)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (NOT_NULL, "1 rows hold NULL in note, such as 7"),
        (UNIQUE, "9 "),
        (KEY, "7 rows point at no row of public.teams"),
        (CHECK, "3 rows"),
        (f"DO $$ BEGIN EXECUTE '{NOT_NULL}'; END $$", "1 rows hold NULL in note, such as 7"),
    ],
)
def test_rows_that_would_make_it_fail_block_it(see: See, sql: str, said: str) -> None:
    found = see(sql)

    assert found.level is Level.BLOCKED
    (reason,) = (r for r in found.step.verdict.reasons if r.code == "fails_on_existing_rows")
    assert said in reason.evidence
    assert "not_measured" not in found.codes
    now = Circumstances(verified=found.report.verified)
    preflight = gates(found.plan, Policy(budget=None), now)[2]
    assert preflight.says.startswith("step 1: ")
    assert not preflight.passes
    assert preflight.fix == "Mend the rows, then verify again."


def test_rows_that_do_not_stand_in_its_way_are_counted_and_let_it_pass(see: See) -> None:
    found = see(
        "ALTER TABLE public.users ALTER email SET NOT NULL, ADD CHECK (id > 0);"
        "CREATE UNIQUE INDEX users_code ON public.users (code)"
    )

    assert [answer.count for answer in found.deed.answers] == [0, 0, 0, 0]
    assert not {"not_measured", "fails_on_existing_rows"} & found.codes
    preflight = gates(found.plan, Policy(), Circumstances(verified=found.report.verified))[2]
    assert preflight.says == "4 probes passed"


def test_a_rule_that_is_not_asked_of_the_rows_stops_nothing(see: See) -> None:
    """Rows that break it are told of all the same: no UPDATE of them gets through."""
    found = see(f"{CHECK} NOT VALID; {KEY} NOT VALID")

    assert not any(answer.blocks for answer in found.deed.answers)
    assert found.level is not Level.BLOCKED


def test_a_type_that_values_do_not_fit(see: See) -> None:
    assert see(MISFITS).level is Level.BLOCKED


def test_a_conversion_that_a_person_wrote_cannot_be_derived(see: See) -> None:
    found = see(f"{MISFITS} USING left(email, 5)")

    assert found.level is Level.HIGH
    assert "misfits" not in {answer.fact for answer in found.deed.answers if answer.count}
    assert any("USING" in said and "public.users.email" in said for said in found.deed.unseen)


@pytest.mark.parametrize(
    "mends",
    [
        "UPDATE public.users SET note = '' WHERE note IS NULL",
        "DO $$ BEGIN IF EXISTS (SELECT FROM public.users WHERE note IS NULL) THEN"
        " UPDATE public.users SET note = ''; END IF; END $$",
    ],
)
def test_rows_that_it_writes_itself_cannot_be_asked_for_beforehand(see: See, mends: str) -> None:
    found = see(f"{mends}; {NOT_NULL}")

    assert found.level is Level.HIGH
    assert found.deed.answers[0].count is None
    assert "it may write rows of public.users itself" in evidence(found)
    assert any("public.users" in said and "beforehand" in said for said in found.deed.unseen)
    assert gates(found.plan, Policy(), Circumstances(verified=found.report.verified))[2].passes


def test_rows_that_an_earlier_raw_step_writes_block_nothing(see: See) -> None:
    found = see("UPDATE public.users SET note = '' WHERE note IS NULL", NOT_NULL)

    assert found.level is Level.HIGH
    assert "SQL that runs before it may change that" in evidence(found)


def test_rows_are_asked_for_under_the_name_that_the_target_has(see: See) -> None:
    away = make("renameTable", name=QualifiedName("public", "users"), to="people")

    found = see(away, NOT_NULL.replace("users", "people"))
    at_once = see(
        f"ALTER TABLE public.users RENAME TO people; {NOT_NULL.replace('users', 'people')}"
    )

    assert (found.level, at_once.level) == (Level.BLOCKED, Level.BLOCKED)
    assert "20 rows" in evidence(found)


def test_what_an_earlier_pending_plan_makes_is_not_asked_for(make_story: MakeStory) -> None:
    story = make_story(LIVE, LIVE)
    first = story.plan(make("rawSql", sql="SELECT 1"), name="20251231_000000_before")
    made = story.plan(fresh(), name="20251231_000001_made")
    base = fresh().apply(story.found)
    plan = story.plan(
        make("rawSql", sql="ALTER TABLE public.fresh ALTER id SET NOT NULL"), base=base
    )

    report = story.verify(plan, earlier=(first, made), declared=None, wanted=base)

    assert report.ok, report
    found = Seen(plan, report)
    assert found.deed.answers == ()
    assert "not there yet: 20251231_000001_made makes it" in evidence(found)


def fresh() -> Operation:
    columns = [{"name": "id", "type": "integer"}]
    return from_builtins(
        {"op": "createTable", "definition": {"name": "public.fresh", "columns": columns}}
    )


def test_a_probe_that_takes_too_long_says_unknown_and_the_policy_decides(see: See) -> None:
    found = see("ALTER TABLE public.users ADD CHECK (public.slow(age))")

    (answer,) = found.deed.answers
    assert (answer.count, answer.error) == (None, "it took longer than 5000 ms")
    assert "not_measured" in found.codes
    now = Circumstances(verified=found.report.verified)
    strict, easy = Policy(unknown_probes=Unknown.BLOCK), Policy(unknown_probes=Unknown.PASS)
    assert not gates(found.plan, strict, now)[2].passes
    assert gates(found.plan, easy, now)[2].passes


def test_a_verification_of_another_plan_brings_no_answers(see: See) -> None:
    found = see(NOT_NULL)
    other = found.report.verified.__class__(plan_hash="x", ok=True, deeds=found.report.deeds)

    assert judged(found.plan, other).steps[0].facts.answers == ()


def test_a_key_to_a_table_that_the_sql_makes_and_fills_is_not_taken_for_one_to_an_empty_table(
    see: See,
) -> None:
    key = "ALTER TABLE public.users ADD FOREIGN KEY (age) REFERENCES public.ages"
    filled = see(
        "CREATE TABLE public.ages AS SELECT DISTINCT age FROM public.users;"
        f"ALTER TABLE public.ages ADD PRIMARY KEY (age); {key}"
    )
    empty = see(f"CREATE TABLE public.ages (age int PRIMARY KEY); {key}")

    assert (filled.level, empty.level) == (Level.HIGH, Level.BLOCKED)
    assert any("it needs what is made before it" in said for said in filled.deed.unseen)
