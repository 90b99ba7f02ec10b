"""What the plan parks on the shadow is restored there, and compared with what it was."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from migrate_core.operations.base import Operation
from migrate_core.operations.registry import make
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.planning.verified import ArtifactTrial, Verified, judged
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import DROPS_TABLE_WITH_DATA
from migrate_core.risk.verdict import Verdict
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Table
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import VerifyReport
from tests.migrate_core.verify.conftest import MakeStory

LIVE = """
CREATE TABLE public.users (
    id int PRIMARY KEY, email text NOT NULL UNIQUE CHECK (email <> ''), age int DEFAULT 3
);
CREATE INDEX users_age ON public.users (age);
INSERT INTO public.users SELECT n, 'user' || n, n FROM generate_series(1, 50) AS n;
CREATE TABLE public.logs (id bigserial PRIMARY KEY, line text);
INSERT INTO public.logs (line) SELECT 'line ' || n FROM generate_series(1, 20) AS n;
"""
USERS, LOGS = "public.users", "public.logs"
ROWS = Rehearsing(rows=100)


@pytest.fixture
def rehearsed(make_story: MakeStory) -> Any:
    def run(*operations: Operation, options: Rehearsing = ROWS) -> tuple[Plan, VerifyReport]:
        story = make_story(LIVE, LIVE)
        plan = story.plan(*operations)
        wanted = story.found
        for step in plan.steps:
            wanted = step.operation.apply(wanted)
        return plan, story.verify(plan, options=options, declared=None, wanted=wanted)

    return run


def _made(kind: str, **fields: Any) -> Operation:
    names = {key: QualifiedName.parse(value) for key, value in fields.items() if "." in value}
    return make(kind, **{**fields, **names})


@pytest.mark.db
def test_what_was_parked_comes_back_equal_with_its_rows(rehearsed: Any) -> None:
    plan, report = rehearsed(
        _made("softDropColumn", table=USERS, column="email"),
        _made("archiveColumn", table=USERS, column="age"),
        _made("softDropTable", name=LOGS),
    )

    assert report.ok, report
    assert [(one.step, one.restored, one.equal, one.rows) for one in report.artifacts] == [
        (1, True, True, 50),
        (2, True, True, 50),
        (3, True, True, 20),
    ]
    assert [stage.name for stage in report.stages][-1] == "artifacts"
    said = judged(plan, report.verified).steps[0].verdict.reasons[0].evidence
    assert said.endswith("restored, and equal: its definition and 50 rows")


@pytest.mark.db
def test_without_rows_its_definition_alone_is_compared(rehearsed: Any) -> None:
    _plan, report = rehearsed(
        _made("archiveTable", name=LOGS), options=Rehearsing()
    )  # fmt: skip

    (found,) = report.artifacts
    assert (found.equal, found.rows) == (True, 0)
    assert found.says == "restored, and equal: its definition"


@pytest.mark.db
def test_what_cannot_come_back_after_the_plan_says_why(rehearsed: Any) -> None:
    _plan, report = rehearsed(
        _made("softDropColumn", table=USERS, column="age"),
        make(
            "rawSql",
            sql="CREATE VIEW public.v AS SELECT 1; ALTER TABLE public.users ADD age text",
            down="DROP VIEW public.v",
        ),
    )

    (found,) = report.artifacts
    assert not found.restored
    assert "not restored" in found.says


@pytest.mark.db
def test_a_plan_that_parks_nothing_has_no_such_stage(rehearsed: Any) -> None:
    _plan, report = rehearsed(_made("dropColumn", table=USERS, column="age"))

    assert report.ok
    assert [stage.name for stage in report.stages][-1] == "pg_dump"
    assert report.artifacts == ()


def _parked() -> Plan:
    operation = _made("softDropTable", name=LOGS)
    table = Table(name=operation.subject.relation, columns=(Column(name="id", type="bigint"),))
    plan = build(
        [operation],
        SchemaGraph(tables=(table,)),
        migration_id="20260101_000000_parked",
        checksum="c",
        major=18,
        ask=no_facts,
    )
    lost = Verdict(level=Level.DESTRUCTIVE, reasons=(DROPS_TABLE_WITH_DATA.because("rows"),))
    step = msgspec.structs.replace(plan.steps[0], verdict=lost)
    return msgspec.structs.replace(plan, steps=(step,))


@pytest.mark.parametrize(
    ("restored", "equal", "level"),
    [
        (True, True, Level.MEDIUM),
        (True, False, Level.DESTRUCTIVE),
        (False, False, Level.DESTRUCTIVE),
    ],
)
def test_only_a_tested_artifact_makes_destructive_medium(
    restored: bool, equal: bool, level: Level
) -> None:
    plan = _parked()
    found = ArtifactTrial(
        step=1, source=LOGS, restored=restored, compared=restored, equal=equal, says="so it was"
    )

    after = judged(plan, Verified(plan_hash=plan.hash, ok=True, artifacts=(found,)))

    assert after.level is level
    evidence = after.steps[0].verdict.reasons[0].evidence
    assert ("destructive, tested artifact: medium" in evidence) is equal
    assert judged(after, Verified(plan_hash=plan.hash, ok=True, artifacts=(found,))) == after
