"""Materialized views are as full in a rehearsal as in the target."""

from __future__ import annotations

import pytest

from migrate_core.operations.registry import make
from migrate_core.verify.options import Rehearsing
from tests.migrate_core.verify.conftest import MakeStory
from tests.migrate_core.verify.test_verify import USERS, told

pytestmark = pytest.mark.db

DAILY = (
    USERS
    + "INSERT INTO users VALUES (1, 'a'), (2, 'b');"
    + "CREATE MATERIALIZED VIEW names AS SELECT id, email FROM users;"
    + "CREATE UNIQUE INDEX names_id ON names (id);"
    + "CREATE MATERIALIZED VIEW initials AS SELECT left(email, 1) AS i FROM names;"
    + "CREATE TABLE kept (i text);"
    + "CREATE MATERIALIZED VIEW never AS SELECT 1 / (id - id) AS x FROM users WITH NO DATA;"
)
REFRESH = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.names"
READ = "INSERT INTO public.kept SELECT i FROM public.initials"


@pytest.mark.parametrize("copied", [0, 100])
def test_materialized_views_are_as_full_as_in_the_target(
    copied: int, make_story: MakeStory
) -> None:
    story = make_story(DAILY, DAILY)
    plan = story.plan(
        make("rawSql", sql=REFRESH, transaction=False, down="SELECT 1"),
        make("rawSql", sql=READ, down="TRUNCATE public.kept"),
    )

    report = story.verify(plan, options=Rehearsing(rows=copied), declared=None, wanted=story.found)

    assert report.ok, told(report)
    assert len(report.deeds) == 2
    inserted = [said for deed in report.deeds for said in deed.did if "inserted" in said]
    assert bool(inserted) is bool(copied)


def test_one_that_cannot_be_filled_is_said(make_story: MakeStory) -> None:
    shares = USERS + "INSERT INTO users VALUES (3, 'x');"
    shares += "CREATE MATERIALIZED VIEW shares AS SELECT 6 / (id - 1) AS x FROM users;"
    story = make_story(shares + "INSERT INTO users VALUES (1, 'y')", shares)
    plan = story.plan(make("rawSql", sql="COMMENT ON TABLE public.users IS 'x'", down="SELECT 1"))

    report = story.verify(plan, options=Rehearsing(rows=10), declared=None, wanted=story.found)

    assert "public.shares is not filled: DivisionByZero (SQLSTATE 22012)" in report.stages[0].notes
