"""Several open changes of one target: the later ones know those before them."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from migrate_core.planning.gates import GateState
from migrate_core.states import ChangeState, RunState
from studio.models import Change, Run, Target
from studio.models.changes import Work
from studio.services import changes, gating, planning, runs
from tests.studio.conftest import MakeChange, World, applied, plan_hash, ready, replanned

ADD = """
operations:
  - op: addColumn
    table: public.users
    column: {name: hint, type: text}
"""
DROP = """
operations:
  - {op: dropColumn, table: public.users, column: hint}
"""


def test_the_page_of_a_change_names_the_one_before_it(
    target: Target, make_change: MakeChange, sign_in: Callable[[str], Client]
) -> None:
    first, second = make_change(target, ADD), make_change(target, DROP)

    page = sign_in("author").get(f"/changes/{second.pk}").content.decode()
    alone = sign_in("author").get(f"/changes/{first.pk}").content.decode()

    assert f'judged as if <code class="id">{first.migration_id}</code> had run' in page
    assert f"by step 1 of the pending {first.migration_id}" in page
    assert f"planned before {first.migration_id} ran" in page
    assert "judged as if" not in alone


def test_a_change_is_planned_again_once_the_one_before_it_ran(
    world: World, target: Target, make_change: MakeChange
) -> None:
    first, second = make_change(target, ADD), make_change(target, DROP)
    ahead = changes.current_plan(second)
    assert ahead is not None
    assert gating.gates_of(second, ahead)[4].state is GateState.WAITING

    applied(ready(first, world), world)
    waiting = changes.latest_plan(second)
    assert waiting is not None
    assert waiting.work == Work.QUEUED
    planning.make(waiting.pk)

    second = Change.objects.get(pk=second.pk)
    again = changes.current_plan(second)
    assert again is not None
    assert (again.hash, again.value().after) == (ahead.hash, ())
    assert again.value().steps[0].facts.rows == 500
    assert again.level == "destructive"
    assert gating.gates_of(second, again)[4].state is GateState.OPEN


def test_a_change_whose_predecessor_became_another_is_planned_again(
    world: World, target: Target, make_change: MakeChange
) -> None:
    first, second = make_change(target, ADD), make_change(target, ADD.replace("hint", "note"))
    changes.revise(first, world.author, ADD.replace("hint", "other"), note="renamed")
    replanned(first)

    waiting = changes.latest_plan(second)

    assert waiting is not None
    assert waiting.work == Work.QUEUED


def test_a_run_that_waits_behind_another_is_measured_again_when_its_turn_comes(
    world: World, target: Target, make_change: MakeChange
) -> None:
    first = ready(make_change(target, ADD), world)
    second = ready(make_change(target, ADD.replace("hint", "note")), world)
    one = runs.start(first, world.operator, plan_hash=plan_hash(first))
    two = runs.start(second, world.operator, plan_hash=plan_hash(second))

    for run in (one, two):
        runs.apply(str(run.pk))

    done = Run.objects.get(pk=two.pk)
    assert done.status is RunState.DONE, done.error
    assert done.plan.value().after == ()
    assert Change.objects.get(pk=second.pk).status is ChangeState.APPLIED


def test_a_change_whose_predecessor_was_closed_is_planned_again(
    world: World,
    target: Target,
    make_change: MakeChange,
    sign_in: Callable[[str], Client],
) -> None:
    first, second = make_change(target, ADD), make_change(target, ADD.replace("hint", "note"))

    sign_in("author").post(f"/changes/{first.pk}/close", {"reason": "not wanted"})

    assert Change.objects.get(pk=first.pk).status is ChangeState.CLOSED
    waiting = changes.latest_plan(second)
    assert waiting is not None
    assert waiting.work == Work.QUEUED
