"""What holds for every verb: it is short, and one that only looks changes nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from migrate_core import api
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import FolderSource
from migrate_core.errors import (
    ConflictError,
    DriftError,
    GateRefusedError,
    MigrationFileError,
    StepFailedError,
)
from migrate_core.files.migration import Migration
from migrate_core.operations.registry import make
from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.gates import Circumstances, Policy
from migrate_core.schema.delta import Answers
from migrate_core.schema.edges import column_ref
from migrate_core.schema.objects import Column, Constraint
from migrate_core.states import IllegalTransitionError
from tests.migrate_core.cli.conftest import url_of

LONGEST = 25
T = QualifiedName("public", "t")
DDL = "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT 1, 'x'"
NO_CHECKS = Policy(verify=False)


@pytest.mark.parametrize("name", [n for n in api.__all__ if n[0].islower()])
def test_a_verb_has_at_most_25_lines_of_code(name: str) -> None:
    lines, _start = inspect.getsourcelines(getattr(api, name))
    text = inspect.getdoc(getattr(api, name)) or ""
    signature = next(at for at, line in enumerate(lines) if line.rstrip().endswith(":"))

    assert len(lines) - signature - len(text.splitlines()) <= LONGEST


def migration(*operations: object, id: str = "20260101_000000_x") -> Migration:
    return Migration(id=id, operations=operations)  # type: ignore[arg-type]  # kinds by name


def add(name: str, **column: object) -> object:
    made = {"name": name, "type": "integer", **column}
    return make("addColumn", table=T, column=codec.convert(made, Column))


@pytest.fixture
def db(make_db: Callable[..., psycopg.Connection]) -> psycopg.Connection:
    return make_db(DDL)


@pytest.fixture
def endpoint(db: psycopg.Connection) -> Endpoint:
    return Endpoint.from_url(url_of(db))


@pytest.mark.db
def test_looking_writes_nothing(
    db: psycopg.Connection, endpoint: Endpoint, shadow_url: str, tmp_path: Path
) -> None:
    (tmp_path / "t.sql").write_text("CREATE TABLE t (id int PRIMARY KEY, a text, n integer);")
    shadow, source = ShadowServer(Endpoint.from_url(shadow_url)), FolderSource(str(tmp_path))
    oids = "SELECT array_agg((oid, relname, relfilenode) ORDER BY oid) FROM pg_class"
    catalog = db.execute(oids).fetchone()

    live = api.found(endpoint)
    wanted = api.wanted(source, shadow, api.server_major(endpoint), None).graph
    one = api.generate(live, wanted, name="x").migration
    plan = api.plan(endpoint, one)
    report = api.verify(endpoint, plan, wanted=wanted, declared=source, shadow=shadow)
    api.drift(endpoint), api.status(endpoint, [one]), api.pending(endpoint, [one])

    assert report.ok, report
    assert report.plan_hash == plan.hash
    assert db.execute(oids).fetchone() == catalog
    assert db.execute("SELECT to_regclass('_zanith_fence')").fetchone() == (None,)


@pytest.mark.db
def test_the_same_inputs_give_the_same_bytes(endpoint: Endpoint, make_db: object) -> None:
    live = api.found(endpoint)
    wanted = api.after(live, migration(add("n"), add("m")))

    texts = {api.generate(live, wanted, name="x").text for _ in range(3)}

    assert len(texts) == 1


@pytest.mark.db
def test_a_required_column_needs_a_value_and_every_new_one_is_offered_one(
    endpoint: Endpoint,
) -> None:
    live = api.found(endpoint)
    wanted = api.after(
        live, migration(add("n", not_null=True), add("m", not_null=True, default="1"))
    )
    given = Answers(backfills=((column_ref(T, "n"), "id"),))

    asked = api.generate(live, wanted, name="x")
    told = api.generate(live, wanted, name="x", answers=given)

    assert asked.backfills_needed == (column_ref(T, "n"),)
    assert set(asked.backfills_offered) == {column_ref(T, "n"), column_ref(T, "m")}
    assert told.backfills_needed == ()
    assert "backfill" in [op.kind for op in told.migration.operations]


@pytest.mark.db
def test_a_plan_is_made_on_what_earlier_migrations_leave(endpoint: Endpoint) -> None:
    first, second = (
        migration(add("n")),
        migration(make("dropColumn", table=T, column="n"), id="20260102_000000_y"),
    )

    plan = api.plan(endpoint, second, earlier=[first])
    with pytest.raises(MigrationFileError, match=r"20260102_000000_y.yaml: operation 1: "):
        api.plan(endpoint, second)

    assert plan.steps[0].label == "public.t.n"


@pytest.mark.db
def test_what_changed_between_plan_and_apply_is_drift_and_nothing_runs(
    db: psycopg.Connection, endpoint: Endpoint
) -> None:
    plan = api.plan(endpoint, migration(add("n")))
    db.execute("CREATE INDEX by_hand ON t (a)")

    with pytest.raises(DriftError, match="changed since planning"):
        api.apply(endpoint, plan, policy=NO_CHECKS, circumstances=Circumstances(), actor="dee")

    assert api.open_run(endpoint) is None


@pytest.mark.db
def test_an_approval_that_is_missing_closes_gate_6_for_every_caller(endpoint: Endpoint) -> None:
    plan, policy = api.plan(endpoint, migration(add("n"))), Policy(verify=False, approvals=1)
    alone = Circumstances(author="anna", approvals=("anna",), applier="dee")
    approved = Circumstances(author="anna", approvals=("bo",), applier="dee")

    with pytest.raises(GateRefusedError, match="Approvals"):
        api.apply(endpoint, plan, policy=policy, circumstances=alone, actor="dee")
    done = api.apply(endpoint, plan, policy=policy, circumstances=approved, actor="dee")

    assert done.state == "done"


@pytest.mark.db
def test_a_step_that_nothing_undoes_is_named_by_down(endpoint: Endpoint) -> None:
    raw = migration(make("rawSql", sql="UPDATE public.t SET a = 'y'"))
    plan = api.plan(endpoint, raw)
    api.apply(endpoint, plan, policy=NO_CHECKS, circumstances=Circumstances(), actor="dee")

    with pytest.raises(ConflictError, match="nothing undoes step 1"):
        api.down(endpoint)


@pytest.mark.db
def test_a_run_is_closed_once(endpoint: Endpoint) -> None:
    fails = migration(make("rawSql", sql="SELECT 1 / 0"))
    plan = api.plan(endpoint, fails)
    with pytest.raises(StepFailedError, match="step 1"):
        api.apply(endpoint, plan, policy=NO_CHECKS, circumstances=Circumstances(), actor="dee")
    run = api.open_run(endpoint)
    assert run is not None

    api.close(endpoint, run.run_id, actor="dee", reason="not wanted")
    with pytest.raises(IllegalTransitionError):
        api.close(endpoint, run.run_id, actor="dee", reason="again")

    assert api.open_run(endpoint) is None
    assert [one.run.state for one in api.history(endpoint)] == ["closed"]


@pytest.mark.db
def test_a_baseline_is_no_drift_and_a_change_after_it_is(
    db: psycopg.Connection, endpoint: Endpoint
) -> None:
    before = api.drift(endpoint)
    api.adopt(endpoint, actor="dee")
    adopted = api.drift(endpoint)
    db.execute("ALTER TABLE t ADD COLUMN by_hand int")
    changed = api.drift(endpoint)

    assert (before.is_drift, before.recorded) == (False, None)
    assert (adopted.is_drift, adopted.recorded) == (False, adopted.live)
    assert changed.changed == ("table public.t",)


@pytest.mark.db
def test_a_keeper_is_marked_and_taken_away(endpoint: Endpoint) -> None:
    api.manage(endpoint, keeper="studio.example", actor="admin")
    marked = api.managed_by(endpoint)
    api.manage(endpoint, keeper=None, actor="admin")

    assert (marked, api.managed_by(endpoint)) == ("studio.example", None)


@pytest.mark.db
def test_what_an_earlier_migration_changes_is_asked_once_it_has_run(
    db: psycopg.Connection, endpoint: Endpoint
) -> None:
    check = Constraint(name="t_n_check", type="check", definition="CHECK ((n > 1))", columns=("n",))
    first = migration(add("n"), make("rawSql", sql="UPDATE public.t SET n = id"))
    second = migration(make("addCheck", table=T, constraint=check), id="20260102_000000_y")

    ahead = api.plan(endpoint, second, earlier=[first])
    plan = api.plan(endpoint, first)
    api.apply(endpoint, plan, policy=NO_CHECKS, circumstances=Circumstances(), actor="dee")
    asked_again = api.plan(endpoint, second)

    assert ahead.hash == asked_again.hash
    assert "fails_on_existing_rows" not in ahead.steps[0].verdict.codes
    assert "not_measured" not in ahead.steps[0].verdict.codes
    assert asked_again.level == "blocked"
