"""A run drawn as the fragments that its live page is made of; the same for every reader."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone

from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.states import RunState
from studio.boards.run import Board, board
from studio.display import Shown
from studio.models import Plan, Run

# Nothing follows these by anybody's decision: the stream ends.
FINAL = {RunState.DONE, RunState.CLOSED}
FRAGMENTS = ("head", "waiting", "steps", "log")


class Page(Shown, frozen=True, kw_only=True):
    """`standing` changes when what people may do changes."""

    seq: int
    over: bool
    fragments: dict[str, str]
    standing: tuple[object, ...]


def draw(run_id: UUID) -> Page:
    run = Run.objects.select_related("target__environment", "actor", "change", "plan").get(
        pk=run_id
    )
    shown = board_of(run)
    context = {"board": shown, "run": run}
    return Page(
        seq=shown.last_seq,
        over=run.status in FINAL,
        fragments={name: render_to_string(f"run/_{name}.html", context) for name in FRAGMENTS},
        standing=(run.state, run.wanted, run.orphan_pid, shown.state == "lost"),
    )


def board_of(run: Run) -> Board:
    return board(run, list(run.events.order_by("seq")), plan_of(run.plan_id), timezone.now())


@lru_cache(maxsize=64)
def plan_of(plan_id: int) -> CorePlan:
    """A plan's bytes never change."""
    return Plan.objects.get(pk=plan_id).value()
