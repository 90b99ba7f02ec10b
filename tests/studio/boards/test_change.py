from __future__ import annotations

import pytest

from migrate_core.states import ChangeState
from studio.boards.change import board, script
from studio.models import Change, Target, Verification
from studio.models.changes import Work
from studio.services import changes, targets
from tests.studio.conftest import MakeChange, World, replanned, verified
from tests.studio.services.test_changes import sql

pytestmark = pytest.mark.django_db


def test_each_statement_of_the_script_stands_once(target: Target, make_change: MakeChange) -> None:
    text = script(make_change(target))

    assert text.count("UPDATE public.users SET last_login = created_at") == 1
    assert text.count("ADD COLUMN last_login") == 1
    assert "IS NULL;  -- in batches\n" in text
    assert text.index("-- step 1: addColumn") < text.index("-- step 3: backfill")


def primary(world: World, change: Change) -> list[str]:
    targets.look(change.target)
    change.target.refresh_from_db()
    found = board(change, world.author, "operations")
    once = [action.label for action in (*found.buttons, *found.more)]
    assert len(once) == len(set(once))
    return [action.label for action in found.buttons if action.style == "primary"]


def test_the_next_step_of_a_plan_of_another_schema_is_another_plan(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    assert primary(world, change) == ["Verify"]

    sql(target, "ALTER TABLE users ADD COLUMN surprise int")
    assert primary(world, change) == ["Re-plan"]
    assert primary(world, verified(change, world.author)) == ["Re-plan"]

    changes.replan(change, world.author)
    assert primary(world, replanned(change)) == ["Verify"]


def test_a_page_that_read_the_change_before_the_end_of_its_work_shows_the_end(
    world: World, target: Target, make_change: MakeChange
) -> None:
    """It asks again only while something goes on: what it shows then stays."""
    change = make_change(target)
    read_before = Change.objects.get(pk=change.pk)
    verified(change, world.author)

    found = board(read_before, world.author, "operations")

    assert (found.working, read_before.status) == ("", ChangeState.VERIFIED)


def test_work_has_not_ended_before_the_change_says_so(
    world: World, target: Target, make_change: MakeChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies in between leaves work that is taken up again."""
    change = make_change(target)

    def dies(_change: Change) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(changes, "settle", dies)
    with pytest.raises(KeyboardInterrupt):
        verified(change, world.author)
    changes.replan(change, world.author)
    with pytest.raises(KeyboardInterrupt):
        replanned(change)

    assert [one.work for one in Verification.objects.all()] == [Work.RUNNING]
    latest = changes.latest_plan(change)
    assert latest is not None
    assert latest.work == Work.RUNNING
