"""A run as it happens: a line per step, and on a terminal one that moves."""

from __future__ import annotations

import sys
from typing import Any

from migrate_core.cli.console.output import columns, duration, note, say, shown
from migrate_core.ledger.progress import Mark, Progress, progress
from migrate_core.ledger.rows import Event, EventKind
from migrate_core.planning.plan import Plan

_CLEAR = "\r\x1b[2K"
_OVER = {
    EventKind.STEP_DONE: "done",
    EventKind.STEP_FAILED: "FAILED",
    EventKind.STEP_INTERRUPTED: "interrupted",
    EventKind.STEP_PAUSED: "paused",
    EventKind.STEP_SKIPPED: "skipped",
}


class Live:
    """A listener of the runner: it prints steps as they end."""

    def __init__(
        self, plan: Plan, *, done: frozenset[int] = frozenset(), quiet: bool = False
    ) -> None:
        """`done`: steps that an earlier try of the run has done."""
        self.quiet = quiet
        self.events: list[Event] = []
        self._names = dict(zip((s.number for s in plan.steps), _names(plan), strict=True))
        self._ended: set[int] = set(done)
        self._marks: list[Mark] = []  # of the backfill under way
        self._moves = sys.stderr.isatty() and not quiet
        for number in sorted(done) if not quiet else ():
            say(f"{self._names.get(number, f'  {number:02}')}  done before")

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if self.quiet:
            return
        self._wipe()
        if event.kind in _OVER and event.step is not None:
            self._end(event.step, _OVER[EventKind(event.kind)], event.detail)
        elif event.kind == EventKind.ARTIFACT_KEPT:
            say(f"        kept: {event.detail.get('source')}, restore with zanith recover")
        elif event.kind == EventKind.LOCK_WAITING:
            note(f"  {_place(event)} waits for a lock{_blockers(event.detail)}")
        elif event.kind == EventKind.BATCH_WAITING:
            why = "; ".join(str(one.get("says")) for one in event.detail.get("why", []))
            note(f"  {_place(event)} gives way: {why}")
        elif self._moves:
            self._move(event)

    def rest(self) -> None:
        """After a run that did not get through: the steps it did not reach."""
        self._wipe()
        for number, name in self._names.items():
            if number not in self._ended and not self.quiet:
                say(f"{name}  pending")

    def _end(self, step: int, state: str, detail: dict[str, Any]) -> None:
        self._ended.add(step)
        self._marks.clear()
        rows = detail.get("rows")
        words = [state, duration(detail.get("elapsed_ms"))]
        words += [f"{rows:,} rows"] if isinstance(rows, int) and rows else []
        words += [str(detail[key]) for key in ("sqlstate", "message") if detail.get(key)]
        say(f"{self._names.get(step, f'  {step:02}')}  {'  '.join(w for w in words if w)}")

    def _move(self, event: Event) -> None:
        detail = event.detail
        if event.kind == EventKind.BATCH_DONE:
            self._marks.append(Mark(event.at, detail.get("processed", 0)))
            text = _batches(progress(self._marks, detail.get("total")))
        elif event.kind in (EventKind.STEP_RUNNING, EventKind.STAGE_DONE, EventKind.STAGE_BEGUN):
            text = f"stage {event.stage or 0} of {detail.get('of', '?')}"
        else:
            return
        sys.stderr.write(f"{_CLEAR}  {_place(event)} {text}")
        sys.stderr.flush()

    def _wipe(self) -> None:
        if self._moves:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def _names(plan: Plan) -> list[str]:
    """`01  addColumn  public.users.last_login`, aligned over the whole plan."""
    rows = [(f"{step.number:02}", step.kind, step.label) for step in plan.steps]
    lines = columns(rows)
    width = max(map(len, lines), default=0)
    return [line.ljust(width) for line in lines]


def _place(event: Event) -> str:
    return f"step {event.step}" if event.step else "the run"


def _batches(seen: Progress) -> str:
    """`1,200 of about 5,000 rows, 310 a second, 9 to 14 s left`."""
    part = f" of about {seen.total:,}" if seen.total is not None else ""
    words = [f"{seen.processed:,}{part} rows"]
    if seen.is_beyond:
        words.append("more than estimated")
    if seen.rows_per_second:
        words.append(f"{seen.rows_per_second:,.0f} a second")
    if seen.seconds_left:
        least, most = (duration(seconds * 1000) for seconds in seen.seconds_left)
        words.append(f"{least} left" if least == most else f"{least} to {most} left")
    return ", ".join(words)


def _blockers(detail: dict[str, Any]) -> str:
    found = detail.get("blockers") or []
    who = ", ".join(
        shown(f"pid {b.get('pid')} {b.get('application_name') or b.get('user_name') or ''}".strip())
        for b in found
        if isinstance(b, dict)
    )
    tries = f" (try {detail['tries']})" if detail.get("tries") else ""
    return f"{tries}: held by {who}" if who else tries
