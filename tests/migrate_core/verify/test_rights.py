from __future__ import annotations

from typing import Any

import pytest

from migrate_core.diff.diff import diff
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.registry import make
from migrate_core.schema.silence import DEFAULTS, OWNERS, PRIVILEGES, complete
from tests.migrate_core.verify.conftest import MakeStory, Story

pytestmark = pytest.mark.db

USERS = "CREATE TABLE users (id int PRIMARY KEY, email text);"
GRANTS = """
    GRANT SELECT ON users TO pg_monitor WITH GRANT OPTION;
    GRANT UPDATE (email) ON users TO PUBLIC;
    ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor;
"""
OWNED = "ALTER TABLE users OWNER TO pg_read_all_data; GRANT ALL ON users TO CURRENT_USER;"


def kinds(story: Story) -> list[str]:
    return [step.kind for step in story.plan().steps]


def test_declared_sql_that_grants_nothing_revokes_nothing(make_story: MakeStory) -> None:
    story = make_story(USERS + GRANTS + OWNED, USERS + "CREATE TABLE more (id int);")

    assert story.wanted.silent == (OWNERS, PRIVILEGES, DEFAULTS)
    assert kinds(story) == ["createTable"]
    assert story.verify(story.plan()).ok


def test_a_new_table_is_expected_with_the_targets_default_privileges(
    make_story: MakeStory,
) -> None:
    story = make_story(USERS + GRANTS, USERS + "CREATE TABLE more (id int);")

    wanted = complete(story.wanted, story.found)
    story.conn.execute("CREATE TABLE more (id int)")

    assert story.found.same(wanted)


def test_declared_sql_that_grants_is_taken_at_its_word_and_rehearsed(
    make_story: MakeStory,
) -> None:
    live = USERS + "GRANT INSERT ON users TO pg_monitor; GRANT SELECT ON users TO pg_read_all_data;"
    story = make_story(live, USERS + GRANTS)
    plan = story.plan()

    report = story.verify(plan)

    assert report.ok, report.stages
    assert kinds(story) == [*("grant", "revoke", "revoke", "grant"), "alterDefaultPrivileges"]
    for step in plan.steps:
        for stage in step.stages:
            for statement in stage.statements:
                story.conn.execute(statement.sql.encode())
    assert diff(story.found, story.wanted) == ()


def test_a_missing_grant_is_drift_of_the_rehearsal(make_story: MakeStory) -> None:
    story = make_story(USERS, USERS + GRANTS)
    grant = story.plan().steps[0].operation

    report = story.verify(story.plan(grant))

    assert not report.ok
    assert [d.object for d in report.differences] == [
        "privileges on column public.users.email",
        "default privileges on tables",
    ]


def test_owner_changes_are_left_out_of_a_rehearsal_and_said(
    make_story: MakeStory, make_db: object
) -> None:
    story = make_story(USERS, USERS)
    other = make_db(USERS + OWNED)  # type: ignore[operator]
    wanted = read_graph(other)

    report = story.verify(story.plan(wanted=wanted), wanted=wanted, declared=None)

    assert report.ok, report.stages
    assert "1 step is about owners" in str(report.stages)


ANEW: dict[str, Any] = {  # what stands, what makes it anew, and what stands then
    "a type": (
        "CREATE TYPE mood AS ENUM ('a', 'b'); ALTER TYPE mood OWNER TO pg_monitor;"
        "GRANT USAGE ON TYPE mood TO pg_read_all_data; CREATE TABLE days (mood mood);",
        lambda _wanted: (),
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE days (mood mood);",
    ),
    "a view": (
        f"{USERS} CREATE VIEW mails AS SELECT id, email FROM users;"
        "ALTER VIEW mails OWNER TO pg_monitor; GRANT SELECT ON mails TO pg_read_all_data;",
        lambda wanted: [make("replaceView", definition=wanted.views[0])],
        f"{USERS} CREATE VIEW mails AS SELECT email FROM users;",
    ),
    "a function": (
        "CREATE FUNCTION half(a int = 1) RETURNS int LANGUAGE sql AS 'SELECT a / 2';"
        "ALTER FUNCTION half OWNER TO pg_monitor; GRANT ALL ON FUNCTION half TO pg_read_all_data;",
        lambda wanted: [make("replaceRoutine", definition=wanted.routines[0])],
        "CREATE FUNCTION half(a int) RETURNS int LANGUAGE sql AS 'SELECT a / 2';",
    ),
    "a table": (
        f"{USERS} ALTER TABLE users OWNER TO pg_monitor; GRANT SELECT ON users TO PUBLIC;",
        lambda wanted: [make("rebuildTable", table=wanted.tables[0].name, columns=("email", "id"))],
        "CREATE TABLE users (email text, id int PRIMARY KEY);",
    ),
}


@pytest.mark.parametrize("what", ANEW)
def test_what_belongs_to_another_role_is_made_anew_in_a_rehearsal(
    what: str, make_story: MakeStory
) -> None:
    live, operations, declared = ANEW[what]
    story = make_story(live, declared)
    plan = story.plan(*operations(story.wanted))

    report = story.verify(plan)

    assert report.ok, report.stages
    assert "1 statement is about owners" in str(report.stages)
    assert "OWNER TO" in plan.steps[0].sql
