"""Named moments at which a test may make the world fail; without one they do nothing."""

from __future__ import annotations

from collections.abc import Callable

POINTS = (
    "before_lock",
    "after_lock",
    "before_start",
    "after_start",
    "before_running",
    "after_running",
    "after_park",
    "in_stage",
    "before_commit",
    "after_commit",
    "before_concurrent",
    "after_concurrent",
    "in_batch",
    "after_batch",
    "in_rest",
    "before_count",
    "after_done",
    "before_finish",
    "in_finish",
    "after_finish",
)

Action = Callable[[str, int | None], None]
_armed: list[Action] = []


def faultpoint(name: str, step: int | None = None) -> None:
    for action in _armed:
        action(name, step)


def arm(action: Action) -> None:
    """`action` is called at every point; it decides by name and step whether to act."""
    _armed.append(action)


def disarm() -> None:
    _armed.clear()
