"""What was measured in the target, for one operation and for it alone."""

from __future__ import annotations

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.rates import Rates
from migrate_core.risk.surroundings import Activity, Surroundings
from migrate_core.schema.objects import Value


class Probe(Value, frozen=True, kw_only=True):
    """A read-only question about the target's data, answered by one integer.

    It runs under statement_timeout; a probe that times out leaves its fact unknown.
    `sample` gives at most a few keys (one text column) of the rows that were counted.
    `blocks`: a count above zero would make the step fail, and so would an error that a row
    itself makes, such as a division by zero.
    """

    fact: str
    query: str
    question: str  # for people: "rows that hold NULL"
    sample: str | None = None
    blocks: bool = True
    is_of_rows: bool = True  # False: whatever a plan makes and fills, the answer is the same
    is_needed: bool = True  # False: unanswered, it is nothing to wait for


class Answer(Value, frozen=True, kw_only=True):
    """`count` is None when the probe could not be answered in time, or fails on a row."""

    fact: str
    question: str
    count: int | None = None
    sample: tuple[str, ...] = ()
    blocks: bool = True
    is_needed: bool = True
    elapsed_ms: float = 0.0
    error: str = ""  # why the count is unknown, or what fails
    fails: bool = False  # on a value of some row, whoever evaluates it

    @property
    def is_unknown(self) -> bool:
        return self.count is None and not self.fails

    @property
    def found(self) -> str:
        """What was counted, or what PostgreSQL said of some row."""
        if self.fails:
            return f"{self.error} ({self.question})"
        return f"{self.count or 0:,} {self.question}"

    @property
    def in_words(self) -> str:
        if self.is_unknown:
            return f"{self.question}: not counted: {self.error}"
        some = f", such as {', '.join(self.sample)}" if self.sample else ""
        return f"the target: {self.found}{some}"


class TableSize(Value, frozen=True, kw_only=True):
    table: QualifiedName
    rows: int | None = None  # exact where small, else the planner's estimate
    bytes: int | None = None  # pg_total_relation_size()
    exact: bool = False

    def describe(self) -> str:
        """In words: `4.2 M rows, 1.1 GB`, or that it is not known."""
        if self.rows is None:
            return "size not measured"
        size = f", {human_bytes(self.bytes)}" if self.bytes is not None else ""
        about = "" if self.exact else "about "
        return f"{about}{human_count(self.rows)} rows{size}"


class OtherTable(Value, frozen=True, kw_only=True):
    """A table that a view reads, or that a step locks beside its own."""

    table: QualifiedName
    activity: Activity | None = None
    size: TableSize | None = None  # None: not measured
    is_new: bool = False  # created earlier in this very plan

    @property
    def is_empty(self) -> bool:
        return self.is_new or _has_no_rows(self.size)

    def describe(self) -> str:
        size = self.size.describe() if self.size else "size not measured"
        return f"{self.table}, {'created in this plan' if self.is_new else size}"


class Facts(Value, frozen=True, kw_only=True):
    """An unmeasured fact is None, never 0: unknown counts as risk."""

    size: TableSize | None = None
    is_new: bool = False  # its table is created earlier in this very plan
    is_made: bool = False  # what it is about is itself made earlier in this plan
    is_pending: bool = False  # a column it needs is: what it will hold cannot be probed yet
    awaits: str = ""  # a pending migration that makes what it needs, and has not run
    is_ahead: bool = False  # its table is among that: there is nothing to measure yet
    may_be_filled: bool = False  # and raw SQL that runs before it may put rows there
    answers: tuple[Answer, ...] = ()
    activity: Activity | None = None  # on its relation
    beneath: tuple[OtherTable, ...] = ()  # where its relation is a view: of that nothing is counted
    index: Activity | None = None  # of the one that goes with it
    locked: tuple[OtherTable, ...] = ()  # beside its relation
    surroundings: Surroundings | None = None
    rates: Rates = Rates()

    def get(self, fact: str) -> int | None:
        return next((a.count for a in self.answers if a.fact == fact), None)

    def of(self, other: OtherTable) -> Facts:
        """The same questions and answers, and the size and use of a table that is locked too."""
        return msgspec.structs.replace(
            self,
            size=other.size,
            activity=other.activity,
            is_new=other.is_new,
            is_made=False,
            is_ahead=False,
            awaits="",
        )

    @property
    def rows(self) -> int | None:
        if self.is_new:
            return 0
        return self.size.rows if self.size else None

    @property
    def bytes_beneath(self) -> int | None:
        """Of the tables that its view reads; None where one was not measured."""
        sizes = [one.size.bytes if one.size else None for one in self.beneath if not one.is_new]
        return None if None in sizes else sum(size or 0 for size in sizes)

    @property
    def is_empty(self) -> bool:
        """Nothing can be lost, scanned or rewritten: measured, never assumed."""
        return self.is_new or _has_no_rows(self.size)

    def describe(self) -> str:
        """Its size in words, or why there is none."""
        if self.is_new:
            return "created in this plan"
        if self.is_ahead:
            filled = " and may fill it" if self.may_be_filled else ""
            return f"not there yet: {self.awaits} makes it{filled}"
        return self.size.describe() if self.size else "size not measured"


def _has_no_rows(size: TableSize | None) -> bool:
    return bool(size and size.exact and size.rows == 0)


def human_count(number: int) -> str:
    if number < 10_000:
        return f"{number:,}"
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size:
            return f"{number / size:.1f} {unit}".replace(".0 ", " ")
    return str(number)


def human_bytes(number: int) -> str:
    size = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TB"
