"""A run drawn as the fragments that its live page is made of; the same for every reader."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone

from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.states import RunState
from studio.boards.run import Board, board
from studio.display import Shown, StepRow, bar_scale
from studio.models import Plan, Run
from studio.services import queues

# Nothing follows these by anybody's decision: the stream ends.
FINAL = {RunState.DONE, RunState.CLOSED}
FRAGMENTS = ("head", "waiting", "backfill", "log")  # and `step-N` for each step
RUNS_REMEMBERED = 64

Rows = dict[int, tuple[StepRow, float, str]]  # step -> what its markup was drawn from, and it
_rows: OrderedDict[UUID, Rows] = OrderedDict()


class Page(Shown, frozen=True, kw_only=True):
    """`standing` changes when what people may do changes."""

    seq: int
    over: bool
    fragments: dict[str, str]
    standing: tuple[object, ...]
    locks: str = ""  # who is before and behind the run, without what only moves with the clock


def draw(run_id: UUID) -> Page:
    run = Run.objects.select_related("target__environment", "actor", "change", "plan").get(
        pk=run_id
    )
    shown = board_of(run)
    context = {"board": shown, "run": run}
    return Page(
        seq=shown.last_seq,
        over=run.status in FINAL,
        fragments={
            **{name: render_to_string(f"run/_{name}.html", context) for name in FRAGMENTS},
            **_steps(run_id, shown.steps),
        },
        locks=board_locks(shown),
        standing=(
            *(run.state, run.wanted, run.orphan_pid, run.pace),
            *(shown.state == "lost", shown.backfill is not None, shown.settled_steps),
            shown.under_way,
        ),
    )


def board_locks(shown: Board) -> str:
    kept = ("side", "pid", "state", "mode", "backend_start", "query_start", "waits_since")
    return repr([shown.waiting, *([one.get(name) for name in kept] for one in shown.around)])


def _steps(run_id: UUID, steps: Sequence[StepRow]) -> dict[str, str]:
    """Each row by itself, drawn anew where it changed: a run may have hundreds of steps."""
    before, scale = _rows.pop(run_id, {}), bar_scale(steps)
    rows: Rows = {}
    for step in steps:
        known = before.get(step.number)
        same = known is not None and known[:2] == (step, scale)
        html = known[2] if known and same else _row(step, scale)
        rows[step.number] = (step, scale, html)
    _rows[run_id] = rows
    while len(_rows) > RUNS_REMEMBERED:
        _rows.popitem(last=False)
    return {f"step-{number}": html for number, (_, _, html) in rows.items()}


def _row(step: StepRow, scale: float) -> str:
    return render_to_string("run/_step.html", {"one": step, "scale": scale}).strip()


def board_of(run: Run) -> Board:
    events = list(run.events.order_by("seq"))
    return board(run, events, plan_of(run.plan_id), timezone.now(), queues.ahead(run))


@lru_cache(maxsize=64)
def plan_of(plan_id: int) -> CorePlan:
    """A plan's bytes never change."""
    return Plan.objects.get(pk=plan_id).value()
