"""A plan is judged before it runs: the target still has the names of before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import api
from migrate_core.files.migration import Migration
from migrate_core.operations.registry import make
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.risk.levels import Level
from migrate_core.schema.objects import Column
from tests.runs import endpoint_of

pytestmark = pytest.mark.db

USERS, PEOPLE = QualifiedName("public", "users"), QualifiedName("public", "people")
TABLE = """
CREATE TABLE public.users (id int PRIMARY KEY, mail text);
INSERT INTO public.users SELECT n, nullif('user' || n, 'user7') FROM generate_series(1, 20) AS n;
"""


def plan_of(db: Connection[Any], *operations: Any) -> Plan:
    return api.plan(endpoint_of(db), Migration(id="20260101_000000_x", operations=operations))


def test_rows_are_counted_under_the_names_that_the_target_has_now(
    make_db: Callable[..., Connection[Any]],
) -> None:
    plan = plan_of(
        make_db(TABLE),
        make("renameTable", name=USERS, to="people"),
        make("renameColumn", table=PEOPLE, column="mail", to="email"),
        make("alterColumnNullable", table=PEOPLE, column="email", nullable=False),
    )

    forbid = plan.steps[2]
    assert forbid.facts.get("null_rows") == 1
    assert forbid.facts.answers[0].sample == ("7",)
    assert forbid.facts.size is not None
    assert forbid.facts.size.rows == 20
    assert "fails_on_existing_rows" in forbid.verdict.codes


def test_what_the_plan_itself_brings_is_not_asked_for(
    make_db: Callable[..., Connection[Any]],
) -> None:
    added = Column(name="name", type="text")
    plan = plan_of(
        make_db(TABLE),
        make("addColumn", table=USERS, column=added),
        make("backfill", table=USERS, column="name", expression="mail"),
        make("alterColumnNullable", table=USERS, column="name", nullable=False),
    )

    forbid = plan.steps[2]
    assert forbid.facts.is_pending
    assert forbid.facts.answers == ()
    assert forbid.verdict.codes == ("changes_column_nullable_to_not_null",)


FORBID = make("alterColumnNullable", table=USERS, column="mail", nullable=False)


def test_rows_that_an_earlier_step_fills_do_not_stand_in_the_way(
    make_db: Callable[..., Connection[Any]],
) -> None:
    fill = make("backfill", table=USERS, column="mail", expression="'none'")

    plan = plan_of(make_db(TABLE), fill, FORBID)

    assert plan.steps[1].facts.is_pending
    assert plan.steps[1].verdict.codes == ("changes_column_nullable_to_not_null",)


def test_rows_that_raw_sql_before_may_mend_are_told_and_block_nothing(
    make_db: Callable[..., Connection[Any]],
) -> None:
    db = make_db(TABLE)
    mends = make("rawSql", sql="UPDATE users SET mail = '' WHERE mail IS NULL")
    leaves = make("rawSql", sql="COMMENT ON TABLE users IS 'people'")

    mended, left = plan_of(db, mends, FORBID).steps[1], plan_of(db, leaves, FORBID).steps[1]

    assert (mended.verdict.level, left.verdict.level) == (Level.HIGH, Level.BLOCKED)
    assert mended.verdict.reasons[0].evidence == (
        "1 rows hold NULL in mail, such as 7; SQL that runs before it may change that"
    )
    assert not mended.facts.answers[0].blocks
