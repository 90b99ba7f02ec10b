"""A drop that takes its dependants along is rehearsed like any plan, and so is its restore."""

from __future__ import annotations

from typing import Any

import pytest

from migrate_core import recovery
from migrate_core.operations.registry import make
from migrate_core.pg.names import QualifiedName
from migrate_core.verify.report import VerifyReport
from tests import runs
from tests.migrate_core.verify.conftest import MakeStory

pytestmark = pytest.mark.db

TEAMS = """
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, team int REFERENCES teams);
CREATE VIEW named AS SELECT u.id, t.name FROM users AS u JOIN teams AS t ON t.id = u.team;
CREATE MATERIALIZED VIEW counted AS SELECT name, count(*) AS n FROM named GROUP BY name;
CREATE INDEX counted_name ON counted (name);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON users USING (team IN (SELECT id FROM teams));
"""
WITHOUT_TEAMS = """
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, team int);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
"""
WITHOUT_ID = """
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (team int REFERENCES teams);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON users USING (team IN (SELECT id FROM teams));
"""
DROPS: dict[str, tuple[dict[str, Any], str]] = {
    "softDropTable": ({"name": QualifiedName("public", "teams")}, WITHOUT_TEAMS),
    "archiveTable": ({"name": QualifiedName("public", "teams")}, WITHOUT_TEAMS),
    "softDropColumn": ({"table": QualifiedName("public", "users"), "column": "id"}, WITHOUT_ID),
}


def told(report: VerifyReport) -> str:
    return "\n".join(f"{s.name} {s.ok} {s.notes}" for s in report.stages)


@pytest.mark.parametrize("kind", DROPS)
def test_what_goes_along_and_comes_back_is_rehearsed(make_story: MakeStory, kind: str) -> None:
    fields, declared = DROPS[kind]
    story = make_story(TEAMS, declared)
    plan = story.plan(make(kind, **fields))
    before = story.found

    report = story.verify(plan)

    assert report.ok, told(report)
    runs.run(story.conn, plan)
    (artifact,) = recovery.artifacts(story.conn, kept_only=True)
    back = recovery.plan_restore(story.conn, artifact.id)

    report = story.verify(back, wanted=before, declared=None)

    assert report.ok, told(report)
