from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest

from migrate_core.declared.removal import PREFIX
from migrate_core.declared.scratch import ShadowServer
from migrate_core.diff.diff import replay
from migrate_core.operations.base import Place
from migrate_core.operations.registry import make
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.pg.ddl import Stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.runner.apply import apply
from migrate_core.schema.delta import Answers, DropMode, Rename
from migrate_core.schema.objects import Column
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.verify import pg_dump
from migrate_core.verify import verify as verify_module
from migrate_core.verify.report import VerifyReport
from tests.migrate_core.verify.conftest import MakeStory, Story

pytestmark = pytest.mark.db

USERS = "CREATE TABLE users (id int PRIMARY KEY, email text);"
ORDERS = USERS + "CREATE TABLE orders (id int PRIMARY KEY, user_id int);"
FOURTEEN = "".join(
    f"CREATE TABLE t{n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text, b int"
    f" REFERENCES t{max(1, n - 1)} (id)); CREATE INDEX i{n} ON t{n} (a);"
    for n in range(1, 15)
).replace("b int", "b bigint")


def told(report: VerifyReport) -> str:
    return "\n".join(f"{s.name} {s.ok} {s.notes}" for s in report.stages)


def test_a_plan_that_leads_to_the_declared_schema_passes(make_story: MakeStory) -> None:
    story = make_story(ORDERS, ORDERS + "ALTER TABLE users ADD COLUMN age int;")
    plan = story.plan()

    report = story.verify(plan)

    assert report.ok, told(report)
    assert report.plan_hash == plan.hash
    assert [stage.name for stage in report.stages] == [
        *("provision", "apply", "introspect", "diff", "pg_dump")
    ]
    assert (report.baseline, report.judgement.agrees) == ("pg_dump", True)
    assert report.shape == "throw-away database on a separate server"
    assert report.verified.ok
    assert report.says.endswith("nothing left over")


def test_nothing_is_written_to_the_target_nor_left_on_the_shadow(
    make_story: MakeStory, shadow_admin_url: str
) -> None:
    story = make_story(ORDERS, ORDERS + "CREATE INDEX i ON orders (user_id);")
    before = story.conn.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
    tables = "SELECT count(*) FROM pg_class"
    counted = story.conn.execute(tables).fetchone()

    assert story.verify(story.plan()).ok

    assert story.conn.execute(tables).fetchone() == counted
    assert before is not None
    with psycopg.connect(shadow_admin_url) as admin:
        left = admin.execute("SELECT FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        assert left.fetchall() == []


def test_what_the_plan_forgets_is_drift_named_object_by_object(make_story: MakeStory) -> None:
    story = make_story(ORDERS, ORDERS + "ALTER TABLE users ADD age int; CREATE TABLE more (a int);")
    plan = story.plan()
    short = msgspec.structs.replace(plan, steps=plan.steps[:1])

    report = story.verify(short)

    assert not report.ok
    assert len(report.differences) == 1
    assert "is missing, declared as" in report.differences[0].what
    assert report.says.startswith("drift: ")
    assert report.plan_hash == short.hash != plan.hash


def test_a_step_that_fails_ends_the_rehearsal_with_what_postgresql_said(
    make_story: MakeStory,
) -> None:
    story = make_story(ORDERS, ORDERS)
    plan = story.plan(make("rawSql", sql="SELECT 1 / 0"))

    report = story.verify(plan)

    assert not report.ok
    assert report.stages[-1].name == "apply"
    assert "division by zero" in told(report)


def test_earlier_plans_run_first_and_the_plan_is_compared_with_what_it_leads_to(
    make_story: MakeStory,
) -> None:
    story = make_story(USERS, USERS)
    live = story.found
    table = QualifiedName("public", "users")
    first = story.plan(make("addColumn", table=table, column=column("a")), name="20260101_000000_a")
    middle = replay(live, [step.operation for step in first.steps])
    second = story.plan(
        make("addColumn", table=table, column=column("b")), base=middle, name="20260102_000000_b"
    )
    end = replay(middle, [step.operation for step in second.steps])

    assert story.verify(first, wanted=middle, declared=None).ok
    assert story.verify(second, earlier=(first,), wanted=end, declared=None).ok
    alone = story.verify(second, wanted=end, declared=None)
    assert alone.says == "provision: the live schema changed since planning"


def test_soft_drops_and_concurrent_indexes_are_rehearsed_like_everything_else(
    make_story: MakeStory,
) -> None:
    story = make_story(
        ORDERS + "CREATE TABLE old (a int);",
        USERS.replace(", email text", "")
        + "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users (id));"
        "CREATE UNIQUE INDEX i ON orders (user_id);",
    )

    report = story.verify(story.plan(answers=Answers(drops=DropMode.SOFT)))

    assert report.ok, told(report)


def test_the_same_without_pg_dump_starts_from_the_graph(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pg_dump, "find", lambda major: None)
    story = make_story(FOURTEEN, FOURTEEN + "ALTER TABLE t3 ADD COLUMN c int;")

    report = story.verify(story.plan())

    assert report.ok, told(report)
    assert report.baseline == "graph"
    assert report.judgement.agrees is None
    assert "no pg_dump of PostgreSQL" in told(report)


def test_what_only_pg_dump_can_rebuild_is_told_where_there_is_none(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pg_dump, "find", lambda major: None)
    typed = "CREATE TYPE pair AS (a int, b int); CREATE TABLE pairs OF pair;"
    story = make_story(USERS + typed, USERS + typed + "ALTER TABLE users ADD a int;")

    report = story.verify(story.plan())

    assert not report.ok
    assert "cannot be rebuilt on the shadow without pg_dump" in report.says


def test_a_difference_that_only_pg_dump_sees_fails_and_is_shown(make_story: MakeStory) -> None:
    """The rehearsal is handed a graph that says nothing of a difference that is there."""
    story = make_story(USERS, USERS + "ALTER TABLE users ADD a int;")
    plan = story.plan()
    other = msgspec.structs.replace(
        story.source,
        files=(("schema.sql", USERS + "ALTER TABLE users ADD a int CHECK (a > 7);"),),
    )

    report = story.verify(plan, declared=other)

    assert not report.ok
    assert (report.differences, report.judgement.agrees) == ((), False)
    assert "-    CONSTRAINT users_a_check CHECK ((a > 7))" in report.judgement.diff
    assert report.says == "drift: pg_dump sees a difference that introspection does not"


def test_a_lock_stronger_than_declared_fails(make_story: MakeStory) -> None:
    story = make_story(USERS, USERS + "ALTER TABLE users ADD a int;")
    plan = with_declared(story.plan(), LockMode.SHARE_UPDATE_EXCLUSIVE)

    report = story.verify(plan)

    assert not report.ok
    (locks,) = report.locks
    assert locks.problems[0].startswith(
        "public.users was locked ACCESS EXCLUSIVE, declared SHARE UPDATE EXCLUSIVE: ALTER TABLE"
    )
    assert report.says == locks.problems[0] or locks.problems[0] in told(report)


def test_observed_locks_are_listed_beside_the_declared_ones(make_story: MakeStory) -> None:
    story = make_story(ORDERS, ORDERS + "ALTER TABLE users ADD a int;")

    (locks,) = story.verify(story.plan()).locks

    shown = [(lock.relation, lock.mode) for lock in locks.observed]
    assert shown == [("public.users", LockMode.ACCESS_EXCLUSIVE)]
    assert (locks.step, locks.ok, locks.rewrote) == (1, True, ())


def test_a_shadow_of_another_major_is_told_by_number(
    make_story: MakeStory, shadow: ShadowServer
) -> None:
    story = make_story(USERS, USERS + "ALTER TABLE users ADD a int;")
    other = shadow.version - 1
    plan = msgspec.structs.replace(story.plan(), major=other)

    report = story.verify(plan)

    assert not report.ok
    assert f"the plan is for PostgreSQL {other}, the target runs {shadow.version}" in report.says


def test_a_shadow_that_is_not_there_is_a_failed_stage(make_story: MakeStory) -> None:
    story = make_story(USERS, USERS + "ALTER TABLE users ADD a int;")
    nowhere = msgspec.structs.replace(story.shadow.endpoint, host="/nonexistent")

    report = story.verify(story.plan(), shadow=ShadowServer(nowhere))

    assert report.says == "provision: the shadow server cannot be used"


def test_an_extension_that_the_shadow_lacks_is_told_by_name(make_story: MakeStory) -> None:
    story = make_story(USERS + "CREATE EXTENSION dblink;", USERS)
    plan = story.plan(make("addColumn", table=QualifiedName("public", "users"), column=column("a")))

    report = story.verify(plan)

    assert report.says == 'provision: the extension "dblink" is not allowed on the shadow'


def test_a_ledger_and_parked_objects_in_the_target_are_no_part_of_the_baseline(
    make_story: MakeStory,
) -> None:
    ours = (
        "CREATE TABLE _zanith_migrations (id text PRIMARY KEY, x text DEFAULT 'a, b');"
        "CREATE FUNCTION _zanith_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN END $$;"
        "CREATE TRIGGER _zanith_t BEFORE UPDATE ON _zanith_migrations"
        " FOR EACH ROW EXECUTE FUNCTION _zanith_guard();"
        "CREATE SCHEMA _zanith_archive; CREATE TABLE _zanith_archive.x (a int);"
        "ALTER TABLE users ADD _zanith_dropped_age_12345678 numeric(3, 1) DEFAULT 1;"
        "CREATE INDEX _zanith_dropped_i_12345678 ON users (_zanith_dropped_age_12345678);"
    )
    story = make_story(USERS + ours, USERS + "ALTER TABLE users ADD a int;")

    report = story.verify(story.plan())

    assert report.ok, told(report)


def test_a_one_operation_migration_on_fourteen_tables_takes_less_than_three_seconds(
    make_story: MakeStory, record_property: Any
) -> None:
    """The figure is recorded, not asserted: a shared machine proves nothing by its clock."""
    story = make_story(FOURTEEN, FOURTEEN + "ALTER TABLE t3 ADD COLUMN c int;")

    report = story.verify(story.plan())

    record_property("elapsed_ms", report.elapsed_ms)
    print(report.elapsed_ms, [(s.name, s.elapsed_ms) for s in report.stages])
    assert report.ok, told(report)


def with_declared(plan: Plan, mode: LockMode) -> Plan:
    """The plan with another lock declared on every statement."""

    def changed(stage: Stage) -> Stage:
        statements = tuple(msgspec.structs.replace(s, lock=mode) for s in stage.statements)
        return msgspec.structs.replace(stage, statements=statements)

    steps = tuple(
        msgspec.structs.replace(step, stages=tuple(map(changed, step.stages)))
        for step in plan.steps
    )
    return msgspec.structs.replace(plan, steps=steps)


def column(name: str) -> Column:
    return Column(name=name, type="integer")


def test_it_works_on_every_major_and_says_when_the_shadow_is_the_targets_own_server(
    major: int, url_on: Callable[[int], str], make_db_on: Callable[..., psycopg.Connection[Any]]
) -> None:
    shadow = ShadowServer(Endpoint.from_url(url_on(major)))
    live = FOURTEEN + "CREATE VIEW v AS SELECT a FROM t2; CREATE TYPE mood AS ENUM ('ok');"
    wanted = (
        "ALTER TABLE t3 ADD c mood NOT NULL DEFAULT 'ok'; CREATE INDEX j ON t2 (b) WHERE b > 3;"
    )
    story = Story(make_db_on(major, live), shadow, live + wanted)

    report = story.verify(story.plan())

    assert report.ok, told(report)
    assert (report.baseline, report.judgement.agrees) == ("pg_dump", True)
    assert report.shape == "throw-away database on the target's own server"


def test_an_empty_plan_is_rehearsed_as_nothing(make_story: MakeStory) -> None:
    story = make_story(USERS, USERS)

    report = story.verify(story.plan())

    assert report.ok, told(report)
    assert "the plan has no step" in told(report)


def test_renames_leave_nothing_behind_that_pg_dump_would_see(make_story: MakeStory) -> None:
    live = "CREATE TABLE users (id int PRIMARY KEY, mail text NOT NULL);"
    story = make_story(live, live.replace("mail", "email"))
    old = Ref.of(ObjectKind.COLUMN, QualifiedName("public", "users"), "mail")

    report = story.verify(story.plan(answers=Answers(renames=(Rename(old=old, new="email"),))))

    assert report.ok, told(report)


def test_a_collation_that_the_shadow_lacks_is_told_by_name(
    make_story: MakeStory, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the target's server knows a locale that the shadow's does not."""
    story = make_story(USERS, USERS + "ALTER TABLE users ADD a int;")
    original = pg_dump.dump_schema

    def elsewhere(program: str, endpoint: Endpoint, schemas: Any = None) -> str:
        text = original(program, endpoint, schemas)
        return text.replace("email text", 'email text COLLATE pg_catalog."xx-nowhere-x-icu"')

    monkeypatch.setattr(pg_dump, "dump_schema", elsewhere)
    report = story.verify(story.plan(), declared=None)

    assert not report.ok
    assert 'collation "pg_catalog.xx-nowhere-x-icu"' in report.says
    assert "does not exist" in report.says


def test_an_expression_that_never_ends_is_ended_by_the_clock(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_module, "WALL_CLOCK_SECONDS", 1)
    story = make_story(USERS, USERS)

    report = story.verify(story.plan(make("rawSql", sql="SELECT pg_sleep(600)")))

    assert report.stages[-1].name == "apply"
    assert not report.ok


@pytest.mark.parametrize("mode", [DropMode.SOFT, DropMode.ARCHIVE])
@pytest.mark.parametrize("gone", ["column", "table"])
def test_going_down_finds_in_the_baseline_what_was_parked(
    make_story: MakeStory, mode: DropMode, gone: str
) -> None:
    live = ORDERS + "CREATE INDEX i ON orders (user_id); INSERT INTO orders VALUES (1, 2);"
    left = {"column": ORDERS.replace(", user_id int", ""), "table": USERS}
    story = make_story(live, left[gone])
    before = story.found
    up = story.plan(answers=Answers(drops=mode))
    apply(
        up,
        connect=lambda: apply_session(story.endpoint, "zanith/test"),
        run_id=uuid4(),
        actor="test",
    )
    places = [Place(migration_id=up.migration_id, step=s.number, major=up.major) for s in up.steps]
    inverses = [s.operation.inverse(p) for s, p in zip(up.steps, places, strict=True)][::-1]
    down = msgspec.structs.replace(
        story.plan(*(operation for operation in inverses if operation)), direction="down"
    )

    report = story.verify(down, wanted=before, declared=None)

    assert report.ok, told(report)
    assert "is parked in the baseline as in the target" in told(report)


@pytest.mark.parametrize(
    ("live", "declared"),
    [
        (USERS, USERS + "CREATE POLICY p ON users TO rehearsed_role USING (id > 3);"),
        (USERS, USERS + "CREATE EXTENSION pg_trgm;"),
        (USERS + "CREATE EXTENSION pg_trgm;", USERS),
    ],
    ids=["a role that only the target has", "an extension comes", "an extension goes"],
)
def test_what_a_plan_needs_of_the_server_is_there(
    make_story: MakeStory, live: str, declared: str
) -> None:
    story = make_story(live, declared)

    report = story.verify(story.plan(answers=Answers(drops=DropMode.PLAIN)))

    assert report.ok, told(report)
