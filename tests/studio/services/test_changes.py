from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User

from migrate_core.declared.scratch import ShadowServer
from migrate_core.errors import MigrationFileError, MisuseError
from migrate_core.states import ChangeState
from migrate_core.verify.options import Rehearsing
from studio.boards import change as boards
from studio.credentials import unseal
from studio.models import Attempt, Change, Membership, Target, Verification
from studio.models.changes import Work
from studio.services import changes, gating, planning, softening, verifications
from studio.services.refusals import BusyError, NotAllowedError, StaleError
from tests.studio.conftest import (
    PLAIN_DROP,
    MakeChange,
    World,
    migration,
    plan_hash,
    ready,
    rehearsed_by_decree,
    replanned,
    verified,
)


def session(target: Target) -> psycopg.Connection[Any]:
    """Somebody else's on the target."""
    return psycopg.connect(
        host=target.host, port=target.port, dbname=target.dbname, user=target.user,
        password=unseal(target), autocommit=True,
    )  # fmt: skip


def sql(target: Target, statement: str) -> None:
    with session(target) as conn:
        conn.execute(statement.encode())


def test_changes_are_numbered_per_project(
    world: World, target: Target, make_change: MakeChange
) -> None:
    first, second = make_change(target), changes.create(target, migration(), world.author)

    assert (first.number, second.number) == (1, 2)
    assert first.status is ChangeState.PLANNED
    assert second.status is ChangeState.DRAFT


def test_a_plan_that_cannot_be_made_says_why(world: World, target: Target) -> None:
    text = PLAIN_DROP.replace("legacy_uuid", "no_such_column")
    change = replanned(changes.create(target, migration(text), world.author))

    plan = changes.latest_plan(change)
    assert plan is not None
    assert plan.work == Work.FAILED
    assert "no_such_column" in plan.error["message"]
    assert change.status is ChangeState.DRAFT


def test_a_plan_is_made_once_however_often_it_is_asked_for(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    plan = changes.replan(change, world.author)

    planning.make(plan.pk)
    planning.make(plan.pk)

    plan.refresh_from_db()
    assert plan.work == Work.DONE
    assert change.plans.count() == 2


def test_a_background_task_asks_again_whether_its_person_may(world: World, target: Target) -> None:
    change = changes.create(target, migration(), world.author)
    Membership.objects.filter(user=world.author).delete()

    replanned(change)

    plan = changes.latest_plan(change)
    assert plan is not None
    assert plan.error["code"] == "not_allowed"


def test_a_text_that_does_not_load_changes_nothing(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)

    with pytest.raises(MigrationFileError, match="unknown operation kind"):
        changes.revise(change, world.author, "operations:\n  - op: fly\n", note="x")

    assert change.texts.count() == 1


def test_softening_a_step_plans_it_anew_within_the_budget(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target, PLAIN_DROP)
    plan = changes.current_plan(change)
    assert plan is not None
    assert plan.score == 80

    softening.soften(change, world.author, (1,))
    replanned(change)

    softer = changes.current_plan(change)
    assert softer is not None
    assert [step.kind for step in softer.value().steps] == ["softDropColumn"]
    assert softer.score == 35
    assert changes.current_text(change).note == "step 1 became softDropColumn"


def test_a_type_change_made_safe_is_two_changes(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(
        target,
        "operations:\n  - {op: alterColumnType, table: public.users, column: id,"
        " to: {type: numeric}}\n",
    )

    softening.soften(change, world.author, (1,))
    replanned(change)

    plan = changes.current_plan(change)
    second = target.changes.exclude(pk=change.pk).get()
    assert plan is not None
    assert [step.kind for step in plan.value().steps] == ["expandColumn"]
    assert [op.kind for op in changes.migration(second).operations] == ["contractColumn"]
    assert changes.migration(second).needs == change.migration_id


def test_a_required_column_is_made_safe_with_the_value_that_was_asked_for(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(
        target,
        "operations:\n  - {op: addColumn, table: public.users,"
        " column: {name: country, type: text, not_null: true}}\n",
    )
    plan = changes.current_plan(change)
    assert plan is not None
    asked = plan.value().steps[0].safer
    assert asked is not None
    assert asked.asks == "public.users.country"
    assert softening.softenable(plan.value()) == ()

    with pytest.raises(MisuseError, match="needs the value"):
        softening.soften(change, world.author, (1,))
    softening.soften(change, world.author, (1,), value="'NL'")

    kinds = [op.kind for op in changes.migration(change).operations]
    assert kinds == ["addColumn", "backfill", "alterColumnNullable"]
    assert """expression: "'NL'\"""" in changes.current_text(change).text


def test_an_approval_speaks_of_what_raw_sql_was_seen_to_do(
    world: World, target: Target, make_change: MakeChange
) -> None:
    sql = "DO $$ BEGIN EXECUTE 'DEL' || 'ETE FROM public.users WHERE id = 3'; END $$"
    change = make_change(target, f"operations:\n  - op: rawSql\n    sql: {sql}\n")
    plan = changes.current_plan(change)
    assert plan is not None
    assert plan.score == 60
    assert boards.losing(change) == ()

    row = verifications.queue(change, world.operator, Rehearsing(rows=100))
    verifications.rehearse(row.pk)
    change = Change.objects.get(pk=change.pk)
    given = changes.approve(change, world.reviewer, plan_hash=plan.hash)

    assert (given.level, given.score) == ("destructive", 80)
    assert len(boards.losing(change)) == 1
    (budget, consent, *_rest) = gating.gates_of(change, plan)
    assert "over the budget" in budget.says
    assert "loses data for good" in consent.says


def test_a_plan_that_was_not_rehearsed_is_not_approved(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)

    with pytest.raises(BusyError, match="not rehearsed"):
        changes.approve(change, world.reviewer, plan_hash=plan_hash(change))


def test_only_the_plan_that_was_looked_at_is_approved(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = rehearsed_by_decree(make_change(target), world.author)

    with pytest.raises(StaleError, match="no longer the one"):
        changes.approve(change, world.reviewer, plan_hash="0" * 64)


def test_the_author_does_not_approve_their_own(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = rehearsed_by_decree(make_change(target, author="reviewer"), world.reviewer)

    with pytest.raises(NotAllowedError):
        changes.approve(change, world.reviewer, plan_hash=plan_hash(change))

    refused = Attempt.objects.get(user=world.reviewer, action="approve")
    assert refused.outcome == Attempt.Outcome.REFUSED


def test_a_new_plan_voids_the_approval_of_the_old_one(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    assert change.status is ChangeState.APPROVED

    text = changes.current_text(change).text.replace("created_at", "now()")
    changes.revise(change, world.author, text, note="edited")
    change = replanned(change)

    plan = changes.current_plan(change)
    assert plan is not None
    assert changes.valid_approvals(change, plan) == []
    assert change.status is ChangeState.PLANNED


def test_the_same_plan_measured_again_keeps_its_approval(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)

    changes.replan(change, world.author)
    change = replanned(change)

    assert change.status is ChangeState.APPROVED


def test_a_live_schema_that_changed_voids_the_approval(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)

    sql(target, "ALTER TABLE users ADD COLUMN surprise int")
    changes.replan(change, world.author)
    change = replanned(change)

    plan = changes.current_plan(change)
    assert plan is not None
    assert changes.valid_approvals(change, plan) == []


def test_a_rehearsal_on_another_schema_counts_no_more(
    world: World, target: Target, make_change: MakeChange
) -> None:
    """The plan's hash is the same; what a DELETE takes along is not."""
    sql(target, "CREATE TABLE bills (owner bigint REFERENCES users)")
    purge = "operations: [{op: rawSql, sql: DELETE FROM public.users WHERE id < 0}]"
    change = verified(make_change(target, purge), world.author)
    before = changes.current_plan(change)
    assert before is not None
    assert gating.gates_of(change, before)[3].passes

    sql(target, "ALTER TABLE bills DROP CONSTRAINT bills_owner_fkey")
    sql(target, "ALTER TABLE bills ADD FOREIGN KEY (owner) REFERENCES users ON DELETE CASCADE")
    changes.replan(change, world.author)
    change = replanned(change)

    after = changes.current_plan(change)
    assert after is not None
    assert after.hash == before.hash
    assert not gating.gates_of(change, after)[3].passes
    assert change.status is ChangeState.PLANNED


def test_asking_for_changes_takes_back_ones_approval(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)

    changes.request_changes(
        change, world.reviewer, plan_hash=plan_hash(change), comment="use now()"
    )

    change = Change.objects.get(pk=change.pk)
    assert change.status is ChangeState.VERIFIED
    assert change.approvals.count() == 2  # both words stay on the record


def test_a_closed_change_is_not_planned_again(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    changes.close(change, world.author, reason="not needed")

    with pytest.raises(StaleError, match="is closed"):
        changes.replan(change, world.author)


def test_a_rehearsal_ends_in_a_report(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = verified(make_change(target), world.author)

    row = Verification.objects.get(plan__change=change)
    assert row.ok, row.error or row.report
    assert change.status is ChangeState.VERIFIED
    assert row.report["plan_hash"] == plan_hash(change)


def test_rows_and_a_kept_database_are_for_whoever_may_apply(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    asked = Rehearsing(rows=5, keep=True)
    with pytest.raises(NotAllowedError):
        verifications.queue(change, world.author, asked)
    with pytest.raises(BusyError, match="too many"):
        verifications.queue(change, world.operator, Rehearsing(rows=1_000_000))

    row = verifications.queue(change, world.operator, asked)
    assert verifications.queue(change, world.operator, asked) == row
    verifications.rehearse(row.pk)
    row.refresh_from_db()

    dropped = ShadowServer(verifications.shadow()).drop_kept()
    assert row.ok, row.error or row.report
    assert row.report["sample"]["asked"] == 5
    assert dropped == (row.report["kept"]["name"],)


def test_the_gates_name_everything_that_is_missing(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target, PLAIN_DROP)
    plan = changes.current_plan(change)
    assert plan is not None

    closed = [gate.number for gate in gating.gates_of(change, plan) if not gate.passes]

    assert closed == [1, 2, 4, 6]


def test_who_has_no_role_here_makes_no_change(target: Target) -> None:
    with pytest.raises(NotAllowedError):
        changes.create(target, migration(), User.objects.create(username="nobody"))
