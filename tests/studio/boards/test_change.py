from __future__ import annotations

import pytest

from studio.boards.change import board, script
from studio.models import Change, Target
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
