"""What components are given: values that views build and templates show.

A template accepts any object with the same attributes; these types let mypy find the
misspelt one. Text is plain text: templates escape it and make control characters visible.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

Kind = Literal["dev", "staging", "prod"]
Tone = Literal["", "ok", "wait", "bad"]


class Shown(Struct, frozen=True, kw_only=True):
    """A frozen value for a template."""


# The shell -------------------------------------------------------------------------------------


class NavItem(Shown, frozen=True, kw_only=True):
    label: str
    url: str
    icon: str  # a lucide name
    current: bool = False
    count: int | None = None
    key: str = ""  # pressed after `g`


class Environment(Shown, frozen=True, kw_only=True):
    name: str
    kind: Kind


class Crumb(Shown, frozen=True, kw_only=True):
    label: str
    url: str = ""  # the last one has none


class Worker(Shown, frozen=True, kw_only=True):
    state: Literal["ok", "wait", "bad"]
    text: str  # "2 workers, queue empty"


class Person(Shown, frozen=True, kw_only=True):
    name: str
    role: str = ""


# Facts, gates, actions ---------------------------------------------------------------------------


class Fact(Shown, frozen=True, kw_only=True):
    term: str
    value: str
    tone: Tone = ""
    url: str = ""
    mono: bool = False
    at: datetime | None = None  # shown as a relative time after the value


class Gate(Shown, frozen=True, kw_only=True):
    name: str
    state: Literal["ok", "refused", "waiting", "unknown"]
    text: str
    fix_label: str = ""
    fix_url: str = ""


class Blocker(Shown, frozen=True, kw_only=True):
    """Why a button cannot be pressed yet, and where that is mended."""

    text: str
    fix_label: str = ""
    fix_url: str = ""
    clears_itself: bool = False


class Confirmation(Shown, frozen=True, kw_only=True):
    """Tier 1 asks for one press more; 2 and 3 for a typed name and a reason."""

    tier: Literal[1, 2, 3]
    title: str
    consequence: str  # what one press does, and what stays possible
    facts: Sequence[Fact] = ()
    expect: str = ""  # the text to type; the server compares it again
    expect_label: str = "name"  # "the target's name"
    reason: bool = False  # asks for a reason
    moment: bool = False  # asks for a time to come, in UTC
    value: str = ""  # asks for a value by this label
    people: Sequence[tuple[str, str]] = ()  # (value, name) of those who may second it


class Action(Shown, frozen=True, kw_only=True):
    """A button that is a form of its own."""

    label: str
    url: str
    method: Literal["post", "get"] = "post"
    style: Literal["plain", "primary", "danger"] = "plain"
    small: bool = False
    icon: str = ""
    key: str = ""  # a single key of the page, such as `a`
    fields: Sequence[tuple[str, str]] = ()  # hidden (name, value)
    blockers: Sequence[Blocker] = ()  # not empty: pressing it lists them
    confirm: Confirmation | None = None


# Operations --------------------------------------------------------------------------------------


class ReasonLike(Protocol):
    """`migrate_core.risk.reasons.Reason`, or anything that reads like it."""

    @property
    def code(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def evidence(self) -> str: ...
    @property
    def effect(self) -> str: ...
    @property
    def safer(self) -> str: ...


class StatementRow(Shown, frozen=True, kw_only=True):
    sql: str
    lock: str = ""  # "ACCESS EXCLUSIVE on public.users"
    blocks: str = ""  # "reads and writes wait", "writes go on"


class StageRow(Shown, frozen=True, kw_only=True):
    statements: Sequence[StatementRow]
    note: str = ""  # "outside a transaction", "in batches of 5,000"


class OperationRow(Shown, frozen=True, kw_only=True):
    number: int
    kind: str  # camelCase
    object: str
    level: str
    score: int
    reasons: Sequence[ReasonLike] = ()
    lock: str = ""  # the worst: "ACCESS EXCLUSIVE"
    blocks: str = ""
    size: str = ""  # "4.2 M rows, 1.1 GB"
    hold: str = ""  # estimated: "under 5 ms"
    takes: str = ""  # "takes 2 to 28 s, this target's history"
    why: str = ""  # which reason decided the score, and what the others would give
    reversible: str = ""  # "until 22 Dec", "yes", "no: nothing undoes it"
    grade: str = ""  # how far it can be undone: "exact inverse"
    grade_means: str = ""  # the same as a sentence
    over: bool = False  # beyond the budget, or blocked
    stages: Sequence[StageRow] = ()
    undo: Sequence[StageRow] = ()
    undo_note: str = ""  # "Nothing undoes this step by itself."; neither: nothing is said
    notes: Sequence[str] = ()  # more words in its summary line
    safer: Action | None = None  # "Make it safe"
    safer_note: str = ""  # "80 -> 35. The column is renamed and kept."
    open: bool = False
    state: str = ""  # of the step, once there is a run

    @property
    def told(self) -> list[ReasonLike]:
        """Of reasons with the same code, as of several tables, the worst."""
        worst: dict[str, ReasonLike] = {}
        for reason in self.reasons:
            worst.setdefault(reason.code, reason)
        return list(worst.values())


class ObjectDiff(Shown, frozen=True, kw_only=True):
    name: str
    kind: str  # "table", "index"
    change: Literal["added", "removed", "changed", "same"]
    before: str = ""  # SQL
    after: str = ""


# Runs --------------------------------------------------------------------------------------------


class ErrorRow(Shown, frozen=True, kw_only=True):
    """Quacks like MigrateError."""

    message: str
    sqlstate: str = ""
    detail: str = ""
    hint: str = ""
    still_true: str = ""


class Phase(Shown, frozen=True, kw_only=True):
    """Of a statement that PostgreSQL reports on; its counters begin anew with each."""

    name: str
    state: Literal["done", "current", "pending"]


class StepRow(Shown, frozen=True, kw_only=True):
    number: int
    kind: str
    object: str
    state: str  # StepState, or a display state (see `badge`)
    elapsed_ms: float | None = None
    estimate: str = ""  # shown while nothing ran: "6 to 9 min"
    note: str = ""  # "waiting for its lock, try 2 of 60"
    attempts: int = 1
    current: bool = False
    open: bool = False
    done_units: int | None = None  # of `total_units`; None shows no progress at all
    total_units: int | None = None
    unit: str = "rows"
    phases: Sequence[Phase] = ()
    error: ErrorRow | None = None
    stages: Sequence[StageRow] = ()
    actions: Sequence[Action] = ()


def bar_scale(steps: Sequence[StepRow]) -> float:
    """Milliseconds that a full bar stands for: the longest step, up to the next 1, 2 or 5.

    Rounded, so that a running step does not move the bars of all others every second.
    """
    longest = max((step.elapsed_ms or 0 for step in steps), default=0)
    power = 10.0 ** math.floor(math.log10(longest)) if longest > 0 else 1.0
    return next(power * n for n in (1, 2, 5, 10) if power * n >= longest)


class LockParty(Shown, frozen=True, kw_only=True):
    side: Literal["before", "us", "behind"]
    who: str  # application or role; "3 x web"
    text: str  # the sentence after the name
    sql: str = ""
    actions: Sequence[Action] = ()


class LogLine(Shown, frozen=True, kw_only=True):
    at: datetime
    text: str
    tone: Tone = ""


class TimelineItem(Shown, frozen=True, kw_only=True):
    at: datetime
    text: str
    who: str = ""
    icon: str = "circle-dot"
    tone: Tone = ""
    detail: str = ""
    url: str = ""


class EvidenceItem(Shown, frozen=True, kw_only=True):
    label: str
    state: Literal["ok", "bad", "wait", "missing"]
    text: str
    hash: str = ""
    at: datetime | None = None
    url: str = ""


class Tab(Shown, frozen=True, kw_only=True):
    label: str
    url: str
    current: bool = False
    count: int | None = None
