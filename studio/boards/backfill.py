"""A backfill under way: how far, how fast, how long yet, and why it gives way."""

from __future__ import annotations

from collections.abc import Sequence

from migrate_core.ledger.progress import Mark, Progress, progress
from migrate_core.planning.plan import Step
from studio.display import Fact, Shown
from studio.models import Run, RunEvent
from studio.templatetags.words import count, duration


class Backfill(Shown, frozen=True, kw_only=True):
    step: str
    facts: Sequence[Fact]
    gives_way: Sequence[str] = ()  # why it rests right now


def backfill(run: Run, step: Step, events: Sequence[RunEvent]) -> Backfill:
    """By the batches of the attempt under way: what was done before a stop is no rate."""
    ours = [event for event in events if event.step == step.number]
    begun = max((n for n, e in enumerate(ours) if e.kind == "step_running"), default=0)
    batches = [event for event in ours[begun:] if event.kind == "batch_done"]
    marks = [Mark(event.at, int(event.detail.get("processed") or 0)) for event in batches]
    last = batches[-1].detail if batches else {}
    found = progress(marks, last.get("total") or step.facts.rows)
    rests = bool(ours) and ours[-1].kind == "batch_waiting"
    why = [str(one.get("says", "")) for one in ours[-1].detail.get("why", [])] if rests else []
    return Backfill(step=f"step {step.number}", facts=_facts(run, found, last), gives_way=why)


def _facts(run: Run, found: Progress, last: dict[str, object]) -> list[Fact]:
    rate = found.rows_per_second
    pairs = [
        ("rows looked at", _of(found)),
        ("rate", f"{count(round(rate))} rows/s" if rate else "not known yet"),
        ("left", _left(found)),
        ("pace", f"{run.pace} % of the time" if run.pace < 100 else "full"),
    ]
    size = last.get("batch_rows")
    if isinstance(size, int):
        pairs.append(("batch", f"{count(size)} rows, {last.get('elapsed_ms')} ms"))
    return [Fact(term=term, value=value) for term, value in pairs]


def _of(found: Progress) -> str:
    done = count(found.processed)
    if found.total is None:
        return done
    if found.is_beyond:
        return f"{done}: more rows than the {count(found.total)} that were estimated"
    return f"{done} of about {count(found.total)}"


def _left(found: Progress) -> str:
    if found.is_beyond:
        return "nobody knows: the estimate was too low"
    if found.seconds_left is None:
        return "not known yet"
    low, high = (duration(round(seconds) * 1000) for seconds in found.seconds_left)
    return f"about {low}" if low == high else f"{low} to {high}"
