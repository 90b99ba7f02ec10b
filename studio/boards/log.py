"""Events in words: the log of a run, and the note beside a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio.display import LogLine, Tone
from studio.models import RunEvent
from studio.templatetags.words import count, duration

Detail = dict[str, Any]


def line(event: RunEvent) -> LogLine:
    tell, tone = _TOLD[event.kind]
    return LogLine(at=event.at, text=tell(event, event.detail), tone=tone)


def is_told(event: RunEvent) -> bool:
    return event.kind in _TOLD


def note(event: RunEvent) -> str:
    """The short form, beside the step itself."""
    detail = event.detail
    match event.kind:
        case "lock_waiting":
            tries, of = detail.get("tries"), detail.get("of")
            return (
                f"waiting for its lock, try {tries}{f' of {of}' if of else ''}"
                if tries
                else ("waiting for its lock")
            )
        case "artifact_kept":
            return f"kept as {_kept(detail)}"
        case "stage_begun" | "stage_done":
            return f"stage {event.stage} of {detail['of']}" if detail.get("of") else ""
        case "batch_done":
            return f"{count(_rows(detail))} rows"
    return ""


def _started(event: RunEvent, detail: Detail) -> str:
    return f"run started by {event.actor}" if event.actor else "run started"


def _resumed(event: RunEvent, detail: Detail) -> str:
    return f"resumed by {event.actor}" if event.actor else "resumed"


def _step_running(event: RunEvent, detail: Detail) -> str:
    what = " ".join(str(detail[name]) for name in ("op", "subject") if detail.get(name))
    again = f", attempt {event.attempt}" if (event.attempt or 1) > 1 else ""
    return f"step {event.step} {what or 'begins'}{again}"


def _waiting(event: RunEvent, detail: Detail) -> str:
    blockers = detail.get("blockers") or []
    behind = ", ".join(f"pid {b.get('pid')}" for b in blockers[:3])
    tries = f" try {detail['tries']}" if detail.get("tries") else ""
    if detail.get("queue"):
        return f"step {event.step}{tries}: gave way to {detail['queue']} sessions behind it"
    return f"step {event.step}{tries}: lock not granted" + (f", behind {behind}" if behind else "")


def _stage(event: RunEvent, detail: Detail) -> str:
    of = f" of {detail['of']}" if detail.get("of") else ""
    return f"step {event.step} stage {event.stage}{of} {event.kind.removeprefix('stage_')}"


def _batch(event: RunEvent, detail: Detail) -> str:
    return f"step {event.step}: {count(_rows(detail))} rows so far"


def _gives_way(event: RunEvent, detail: Detail) -> str:
    why = "; ".join(str(one.get("says")) for one in detail.get("why", []))
    return f"step {event.step} gives way: {why}"


def _skipped(event: RunEvent, detail: Detail) -> str:
    return f"step {event.step} skipped: {detail.get('reason', 'no reason given')}"


def _artifact(event: RunEvent, detail: Detail) -> str:
    rows = detail.get("rows")
    return f"step {event.step} keeps {detail.get('source', 'it')} as {_kept(detail)}" + (
        f", {count(rows)} rows" if rows is not None else ""
    )


def _step_done(event: RunEvent, detail: Detail) -> str:
    took = detail.get("elapsed_ms")
    rows = f", {count(detail['rows'])} rows" if detail.get("rows") is not None else ""
    if detail.get("marked"):
        return f"step {event.step} marked as done: {detail['marked']}"
    return f"step {event.step} done{f', {duration(took)}' if took is not None else ''}{rows}"


def _failed(event: RunEvent, detail: Detail) -> str:
    state = f" (SQLSTATE {detail['sqlstate']})" if detail.get("sqlstate") else ""
    said = detail.get("message") or detail.get("error") or ""
    return f"step {event.step} {event.kind.removeprefix('step_')}{state}: {said}".rstrip(": ")


def _run_failed(event: RunEvent, detail: Detail) -> str:
    return f"run failed: {detail.get('message') or detail.get('error') or 'see the step'}"


def _run_done(event: RunEvent, detail: Detail) -> str:
    took = detail.get("elapsed_ms")
    return "run done, live schema recorded" + (f", {duration(took)}" if took is not None else "")


def _said(text: str) -> Callable[[RunEvent, Detail], str]:
    return lambda event, detail: text


def _rows(detail: Detail) -> int | None:
    return detail.get("processed", detail.get("rows"))


def _kept(detail: Detail) -> str:
    column = detail.get("physical_column")
    return str(column or detail.get("physical_name") or "an artifact")


_TOLD: dict[str, tuple[Callable[[RunEvent, Detail], str], Tone]] = {
    "run_started": (_started, ""),
    "run_resumed": (_resumed, ""),
    "lock_taken": (_said("lock taken, schema as planned"), ""),
    "step_running": (_step_running, ""),
    "lock_waiting": (_waiting, "wait"),
    "stage_begun": (_stage, ""),
    "stage_done": (_stage, ""),
    "batch_done": (_batch, ""),
    "batch_waiting": (_gives_way, "wait"),
    "artifact_kept": (_artifact, ""),
    "step_done": (_step_done, "ok"),
    "step_failed": (_failed, "bad"),
    "step_interrupted": (_failed, "bad"),
    "step_paused": (lambda event, detail: f"step {event.step} paused", "wait"),
    "step_skipped": (_skipped, "wait"),
    "run_paused": (_said("stopped, as asked; lock released"), "wait"),
    "run_cancelled": (_said("cancelled, as asked; lock released"), "wait"),
    "run_failed": (_run_failed, "bad"),
    "run_done": (_run_done, "ok"),
    "run_closed": (_said("closed, on the record"), ""),
    "artifact_restored": (_said("artifact restored"), "ok"),
    "artifact_purged": (_said("artifact purged"), "wait"),
    "artifact_reseeded": (_said("kept values put back; the artifact stays"), "ok"),
    "baseline_taken": (_said("baseline taken"), ""),
}
