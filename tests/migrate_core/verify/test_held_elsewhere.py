"""Who is in the way of what raw SQL was seen to lock: asked of the target, while it is so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate_core import api
from migrate_core.operations.registry import make
from migrate_core.planning.plan import decode_plan, encode_plan
from migrate_core.planning.verified import judged
from migrate_core.risk import circumstances
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import Activity
from migrate_core.verify import asked
from tests.migrate_core.risk.test_circumstances import transaction
from tests.migrate_core.verify.conftest import MakeStory
from tests.migrate_core.verify.seen import Seen

pytestmark = pytest.mark.db
LIVE = """
CREATE TABLE public.venues (id int PRIMARY KEY, city text);
INSERT INTO public.venues VALUES (1, 'Bern');
CREATE TABLE public.seats (id int PRIMARY KEY, venue_id int);
INSERT INTO public.seats VALUES (1, 1);
"""
INDEX = "CREATE INDEX venues_city ON public.venues (city)"
KEY = "ALTER TABLE public.seats ADD FOREIGN KEY (venue_id) REFERENCES public.venues (id) NOT VALID"
READS, WRITES = "SELECT FROM public.venues", "UPDATE public.venues SET city = 'Bern'"
WAITS = "waits_for_sessions"
See = Callable[[str, str], tuple[Seen, tuple[api.Obstacle, ...]]]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circumstances, "SOON_GONE_SECONDS", 0)
    monkeypatch.setattr(circumstances, "OLD_SECONDS", 0)


@pytest.fixture
def see(make_story: MakeStory) -> Any:
    def look(sql: str, holds: str) -> tuple[Seen, tuple[api.Obstacle, ...]]:
        story = make_story(LIVE, LIVE)
        plan = story.plan(make("rawSql", sql=sql, down="SELECT 1"))
        with transaction(story.conn, holds):
            report = story.verify(plan, declared=None, wanted=story.found)
            found = Seen(plan, report)
            ahead = api.forecast(story.endpoint, judged(plan, report.verified))
        assert report.ok, report
        return found, ahead

    return look


@pytest.mark.parametrize("sql", [INDEX, KEY])
def test_sql_waits_for_who_writes_what_it_locks(see: See, sql: str) -> None:
    found, ahead = see(sql, WRITES)

    reason = found.reason(WAITS)
    assert reason.level is Level.HIGH
    assert reason.evidence.startswith("public.venues, when it was rehearsed: pid ")
    assert "holds ROW EXCLUSIVE" in reason.evidence
    assert [str(one.relation) for one in ahead] == ["public.venues"]


@pytest.mark.parametrize("sql", [INDEX, KEY])
def test_sql_does_not_wait_for_who_reads_what_it_locks(see: See, sql: str) -> None:
    found, ahead = see(sql, READS)

    assert WAITS not in found.codes
    assert ahead == ()


def test_a_vacuum_against_wraparound_is_in_the_way_of_sql(
    see: See, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded = Activity(vacuumed_for_wraparound=True)
    monkeypatch.setattr(
        asked, "read_activities", lambda _conn, names, _around: dict.fromkeys(names, guarded)
    )

    found, _ahead = see(INDEX, "SELECT 1")

    assert found.reason("waits_for_vacuum").level is Level.HIGH


def test_what_was_seen_is_kept_with_the_plan(see: See) -> None:
    found, _ahead = see(INDEX, READS)
    plan = judged(found.plan, found.report.verified)

    assert [str(mode) for _table, mode in plan.steps[0].seen_locks] == ["SHARE"]
    assert decode_plan(encode_plan(plan)) == plan
    assert plan.hash == found.plan.hash
