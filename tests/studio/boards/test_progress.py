from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from migrate_core.planning.plan import Plan
from studio.boards import locks, progress
from studio.boards.backfill import Backfill
from studio.boards.run import Board
from studio.models import RunEvent
from tests.studio.boards.test_run import NOW, event, plan, run, shown

__all__ = ["plan"]


def building(phase: str, command: str = "CREATE INDEX CONCURRENTLY", **counters: Any) -> Any:
    row = {"command": command, "phase": phase, "lockers_total": 0, "blocks_total": 0, **counters}
    return {"doing": {"view": "create_index", "progress": row}}


def current(found: progress.Advance | None) -> list[str]:
    assert found is not None
    return [phase.name for phase in found.phases if phase.state == "current"]


@pytest.mark.parametrize(
    ("phase", "counters", "counted"),
    [
        ("initializing", {}, (0, 0, "")),
        (
            "waiting for writers before build",
            {"lockers_total": 3, "lockers_done": 1},
            (1, 3, "transactions waited for"),
        ),
        (
            "building index: scanning table",
            {"lockers_total": 3, "lockers_done": 3, "blocks_total": 900, "blocks_done": 90},
            (90, 900, "blocks"),
        ),
        (
            "building index: loading tuples in tree",
            {"blocks_total": 900, "blocks_done": 900, "tuples_total": 50, "tuples_done": 5},
            (5, 50, "rows"),
        ),
        (
            "index validation: scanning index",
            {"blocks_total": 8, "blocks_done": 2},
            (2, 8, "blocks"),
        ),
    ],
)
def test_only_the_counters_of_the_present_phase_are_read(
    phase: str, counters: dict[str, Any], counted: tuple[int, int, str]
) -> None:
    found = progress.advance(building(phase, **counters))
    assert found is not None
    assert (found.done, found.total, found.unit) == counted
    assert current(found) == [phase.partition(":")[0]]


def test_a_plain_build_has_two_phases_and_a_reindex_eight() -> None:
    plain = progress.advance(building("building index", command="CREATE INDEX"))
    again = progress.advance(
        building("waiting for readers before dropping", command="REINDEX CONCURRENTLY")
    )
    assert plain is not None
    assert again is not None
    assert (len(plain.phases), len(again.phases)) == (2, 8)
    assert current(again) == ["waiting for readers before dropping"]


def test_a_rewrite_shows_its_lock_and_no_bar() -> None:
    doing = {"state": "active", "mode": "AccessExclusiveLock", "relation": "public.users"}
    found = progress.advance({"doing": doing})
    assert found is not None
    assert (found.total, found.phases) == (0, ())
    assert "PostgreSQL does not say how far it is" in found.note
    assert progress.advance({"doing": {**doing, "state": "idle"}}) is None
    assert progress.advance(None) is None


def test_what_a_dead_worker_saw_is_not_shown(plan: Plan) -> None:
    live = {"parties": [{"side": "before", "pid": 7, "state": "active"}]}
    alive = shown(plan, event(1, "step_running", 1), live=live)
    silent = shown(
        plan, event(1, "step_running", 1), live=live, heartbeat_at=NOW - timedelta(seconds=20)
    )
    assert (len(alive.locks), len(silent.locks)) == (1, 0)


def test_who_is_stuck_behind_a_long_hold_is_named_and_the_rest_is_counted() -> None:
    behind = [
        {
            "side": "behind",
            "pid": n,
            "application_name": "web",
            "state": "active",
            "waits_since": "2026-11-23T11:59:50+00:00",
        }
        for n in range(1, 13)
    ]
    doing = {"state": "active", "mode": "AccessExclusiveLock", "relation": "public.users"}
    ours = run(live={"doing": {**doing, "since": "2026-11-23T11:59:40+00:00"}})
    found = locks.parties(behind, locks.us(ours, ""))

    assert [one.side for one in found] == ["us", *["behind"] * 9]
    assert found[0].text == (
        "holds ACCESS EXCLUSIVE on public.users, in a statement since 11:59:40 UTC"
    )
    assert found[1].text == "pid 1, active, waits since 11:59:50 UTC"
    assert (found[-1].who, found[-1].text) == ("4 more", "wait too")


def filling(plan: Plan, *batches: RunEvent) -> Backfill:
    board: Board = shown(plan, event(1, "step_running", 3), *batches)
    assert board.backfill is not None
    return board.backfill


def test_a_backfill_says_how_fast_and_how_long_yet(plan: Plan) -> None:
    batches = [
        event(n + 2, "batch_done", 3, processed=100 * n, total=2000, batch_rows=100, elapsed_ms=50)
        for n in range(1, 9)
    ]
    found = {fact.term: fact.value for fact in filling(plan, *batches).facts}
    assert found["rows looked at"] == "800 of about 2,000"
    assert found["rate"] == "100 rows/s"
    assert found["left"] == "about 12.0 s"
    assert found["batch"] == "100 rows, 50 ms"


def test_more_rows_than_estimated_is_said_and_no_time_is_made_up(plan: Plan) -> None:
    batch = event(3, "batch_done", 3, processed=300, total=200)
    found = {fact.term: fact.value for fact in filling(plan, batch).facts}
    assert "more rows than the 200 that were estimated" in found["rows looked at"]
    assert found["left"].startswith("nobody knows")


def test_why_a_backfill_gives_way_is_told_while_it_does(plan: Plan) -> None:
    waits = event(4, "batch_waiting", 3, why=[{"says": "a replica is 40 s behind"}])
    batch = event(3, "batch_done", 3, processed=100, total=200)
    assert filling(plan, batch, waits).gives_way == ["a replica is 40 s behind"]
    assert filling(plan, batch, waits, event(5, "batch_done", 3, processed=110)).gives_way == []
