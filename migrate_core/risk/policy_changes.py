"""What one policy asks for and another does not, in words: for a preview and a history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy, Waiver
from migrate_core.risk.windows import Freeze, in_words
from migrate_core.schema.objects import Value


class PolicyChange(Value, frozen=True, kw_only=True):
    what: str  # "budget", "window"
    before: str  # "" for what is new
    after: str  # "" for what is gone

    @property
    def says(self) -> str:
        if not self.before:
            return f"new: {self.after}"
        return f"{self.before} → {self.after}" if self.after else f"gone: {self.before}"


def changes(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    """Key by key, in the order of the text; lists by what came and what went."""
    yield from _changed("budget", _budget(old), _budget(new))
    yield from _changed("rehearsal", *(_yes(p.verify, "asked for") for p in (old, new)))
    yield from _changed("unknown probes", str(old.unknown_probes), str(new.unknown_probes))
    yield from _changed("approvals", str(old.approvals), str(new.approvals))
    for level in Level:
        asked = (str(p.approvals_by_level.get(level, "as all")) for p in (old, new))
        yield from _changed(f"approvals for {level}", *asked)
    yield from _listed("denied reason", old.fail_on, new.fail_on)
    yield from _listed("waiver", old.waivers, new.waivers)
    yield from _listed("window", old.windows, new.windows)
    yield from _listed("freeze", old.freezes, new.freezes)


def _budget(policy: Policy) -> str:
    return "none" if policy.budget is None else str(policy.budget)


def _yes(value: bool, words: str) -> str:
    return words if value else f"not {words}"


def _changed(what: str, before: str, after: str) -> Iterator[PolicyChange]:
    if before != after:
        yield PolicyChange(what=what, before=before, after=after)


def _listed(what: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[PolicyChange]:
    for thing in old:
        if thing not in new:
            yield PolicyChange(what=what, before=told(thing), after="")
    for thing in new:
        if thing not in old:
            yield PolicyChange(what=what, before="", after=told(thing))


def told(thing: object) -> str:
    """A waiver, a window, a freeze or a code as one line."""
    match thing:
        case Waiver():
            return f"{thing.code} until {thing.until}, {thing.owner}: {thing.reason}"
        case Freeze():
            times = f"{in_words(thing.begins)} to {in_words(thing.ends)}"
            return f"{times}, {thing.owner}: {thing.reason}"
    return str(thing)
