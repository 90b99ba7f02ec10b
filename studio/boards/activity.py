"""What happened to a change, in order."""

from __future__ import annotations

from studio.display import TimelineItem, Tone
from studio.models import Attempt, Change

_ICONS = {
    "create": "plus",
    "edit": "pencil",
    "plan": "file-text",
    "verify": "flask-conical",
    "approve": "check",
    "request changes": "message-square",
    "apply": "play",
    "resume": "play",
    "stop after step": "circle-pause",
    "cancel": "ban",
    "close": "archive",
    "close run": "archive",
    "restore": "rotate-ccw",
    "rehearse restore": "flask-conical",
    "purge": "trash-2",
    "cancel backend": "ban",
    "pause": "circle-pause",
    "pace": "gauge",
    "skip step": "skip-forward",
    "mark step as done": "check",
    "end backend": "skull",
    "change policy": "scale",
}
_WORDS = {
    "create": "made the change",
    "edit": "edited the migration",
    "plan": "planned it anew",
    "verify": "asked for a rehearsal",
    "approve": "approved",
    "request changes": "asked for changes",
    "apply": "applied it",
    "resume": "resumed the run",
    "stop after step": "asked to stop after the step",
    "cancel": "cancelled the run",
    "close": "closed it",
    "close run": "gave the run up",
    "restore": "restored what was dropped",
    "rehearse restore": "asked to rehearse the restore of what was dropped",
    "purge": "purged what was kept",
    "cancel backend": "cancelled a statement in the run's way",
    "pause": "paused the run",
    "pace": "set the pace of backfills",
    "skip step": "left a step out",
    "mark step as done": "said that a step was done by hand",
    "end backend": "ended a session in the run's way",
    "change policy": "changed the policy",
    "reset story": "the story was reset",
}
_TONES: dict[str, Tone] = {"done": "", "refused": "bad", "failed": "bad"}


def activity(change: Change) -> list[TimelineItem]:
    """Every attempt, refusals included, newest first."""
    found = Attempt.objects.filter(change=change).select_related("user").order_by("-pk")
    return [_item(attempt) for attempt in found[:200]]


def _item(attempt: Attempt) -> TimelineItem:
    said = attempt.reason if attempt.outcome == Attempt.Outcome.DONE else ""
    refused = attempt.reason if attempt.outcome != Attempt.Outcome.DONE else ""
    word = "" if attempt.outcome == Attempt.Outcome.DONE else f" ({attempt.get_outcome_display()})"
    return TimelineItem(
        at=attempt.at,
        who=(attempt.user.get_full_name() or str(attempt.user)) if attempt.user else "",
        text=f"{_WORDS.get(attempt.action, attempt.action)}{word}{f': {said}' if said else ''}",
        icon=_ICONS.get(attempt.action, "circle-dot"),
        tone=_TONES[attempt.outcome],
        detail=refused,
    )
