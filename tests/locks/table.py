"""The statements of `statements.yaml`, and what each is expected to take.

A case says `takes`: relation -> lock mode, and `rewrite` or `scan` where the statement does that to
it. `before: {18: ...}` is what majors below 18 take instead; `since: 18` is the first major that
has the statement; `error` is how PostgreSQL refuses it. `alone` cases run outside of a transaction
block and are stopped on their way by each of `stops`, run in a transaction of another session.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, convert
from msgspec.structs import replace

from migrate_core.pg.locks import LockMode

FILE = Path(__file__).with_name("statements.yaml")
LETTERS = {
    "AS": LockMode.ACCESS_SHARE,
    "RS": LockMode.ROW_SHARE,
    "RE": LockMode.ROW_EXCLUSIVE,
    "SUE": LockMode.SHARE_UPDATE_EXCLUSIVE,
    "S": LockMode.SHARE,
    "SRE": LockMode.SHARE_ROW_EXCLUSIVE,
    "X": LockMode.EXCLUSIVE,
    "AE": LockMode.ACCESS_EXCLUSIVE,
}


class Take(Struct, frozen=True):
    """What a statement does to one relation that was there before."""

    mode: LockMode | None = None
    rewrites: bool = False
    scans: bool = False

    @classmethod
    def read(cls, text: str) -> Take:
        words = text.split()
        modes = [LETTERS[word] for word in words if word in LETTERS]
        assert len(modes) <= 1
        assert {*words} <= {*LETTERS, "rewrite", "scan"}, text
        return cls(modes[0] if modes else None, "rewrite" in words, "scan" in words)

    def __str__(self) -> str:
        letters = {mode: word for word, mode in LETTERS.items()}
        words = [letters[self.mode]] if self.mode else []
        words += ["rewrite"] if self.rewrites else []
        return " ".join([*words, "scan"] if self.scans else words)


Takes = dict[str, Take]


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sql: str
    setup: str = ""  # beside what every case has
    given: tuple[str, ...] = ()  # named set-ups
    takes: dict[str, str] = {}
    before: dict[int, dict[str, str]] = {}
    since: int = 0
    error: str = ""
    alone: bool = False
    stops: tuple[str, ...] = ()
    session: str = ""  # run first, in the statement's own session
    note: str = ""

    def label(self) -> str:
        return f"{self.sql}, {self.note}" if self.note else self.sql

    def run_as(self, sql: str) -> Case:
        return replace(self, sql=sql)

    def expected(self, major: int) -> Takes:
        older = [self.before[limit] for limit in sorted(self.before) if major < limit]
        return {name: Take.read(text) for name, text in (older or [self.takes])[0].items()}


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    everywhere: str
    setups: dict[str, str]
    groups: dict[str, tuple[Case, ...]]

    def setup(self, case: Case) -> str:
        return ";".join([self.everywhere, *(self.setups[name] for name in case.given), case.setup])

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(case for cases in self.groups.values() for case in cases)


@cache
def table() -> Table:
    found: Any = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return convert(found, Table)
