from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from migrate_core.cli.console.live import Live
from migrate_core.ledger.rows import Event
from migrate_core.operations.registry import make
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Table

T = QualifiedName("public", "t")


@pytest.fixture
def plan() -> Plan:
    columns = (Column(name=name, type="integer") for name in ("a", "bcd"))
    return build(
        [make("addColumn", table=T, column=column) for column in columns],
        SchemaGraph(tables=(Table(name=T),)),
        migration_id="x",
        checksum="",
        major=18,
        ask=no_facts,
    )


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def event(kind: str, step: int, **detail: Any) -> Event:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Event(seq=1, at=now, kind=kind, actor="dee", step=step, detail=detail)


def test_in_ci_there_is_a_plain_line_for_every_step(
    plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    live = Live(plan)
    live(event("step_running", 1, of=1))
    live(event("step_done", 1, elapsed_ms=12))
    live(event("batch_done", 2, processed=10, total=50))
    live(event("step_failed", 2, elapsed_ms=1500, sqlstate="22008", message="no such day"))
    live.rest()

    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "  01  addColumn  public.t.a    done  12 ms",
        "  02  addColumn  public.t.bcd  FAILED  1.5 s  22008  no such day",
    ]
    assert err == ""


def test_on_a_terminal_a_line_moves_and_is_wiped(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    live = Live(plan)
    live(event("batch_done", 1, processed=1500, total=20000))
    moving = screen.getvalue()
    live(event("step_done", 1, elapsed_ms=12))

    assert "step 1 1,500 of about 20,000 rows" in moving
    assert "\n" not in moving
    assert screen.getvalue().endswith("\r\x1b[2K")
    assert "done" in capsys.readouterr().out


def test_who_is_in_the_way_is_said_and_cannot_move_the_cursor(
    plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    blocker = {"pid": 7, "application_name": "report\x1b[2J"}
    Live(plan)(event("lock_waiting", 1, tries=3, blockers=[blocker]))

    err = capsys.readouterr().err
    assert "step 1 waits for a lock (try 3): held by pid 7 report\\x1b[2J" in err
    assert "\x1b" not in err


def test_steps_that_were_not_reached_are_pending_and_done_ones_are_not(
    plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    live = Live(plan, done=frozenset({1}))
    live.rest()

    assert capsys.readouterr().out.splitlines() == [
        "  01  addColumn  public.t.a    done before",
        "  02  addColumn  public.t.bcd  pending",
    ]
