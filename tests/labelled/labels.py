"""The labelled migrations: what a senior DBA says of each, written before any was judged.

A case starts from `base.sql` and its own `before`. It is a `change` (SQL that gives the schema
that is wanted, as the tables stand there without rows), `operations` as in a migration file, or
`sql` that is run as it stands. `sizes.yaml` says how large the tables are; `sizes: {t: null}`
that it could not be measured. A case that is `by_size` is judged twice: safe as it is loaded,
dangerous as large as that. `activity` and `around` are what is measured beside, and `unknown`
the probes that gave no answer in time.

Half of the first set, by a hash of the name, was looked at while the model was tuned. The
independent set was written by somebody who had read neither the model nor the first set, and
the model was mended by its misses; the fresh set was written in the same way, by somebody who
had seen samples of those two, and was judged once; so were the blind, the sealed, the unseen,
the unread and the untold set after it. The SQL of these seven that is run as it stands is judged
after it was seen on a shadow.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, convert, structs

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.levels import Level
from migrate_core.schema.delta import DropMode

FOLDER = Path(__file__).parent
SIZES, KNOWN = "sizes.yaml", "known.yaml"
Measured = dict[str, dict[str, Any]]  # relation -> fields


class Label(StrEnum):
    DANGEROUS = "dangerous"
    SAFE = "safe"
    BY_SIZE = "by_size"


class Set(StrEnum):
    FIRST = "first"
    INDEPENDENT = "independent"
    FRESH = "fresh"
    BLIND = "blind"
    SEALED = "sealed"
    UNSEEN = "unseen"
    UNREAD = "unread"
    UNTOLD = "untold"

    @property
    def folder(self) -> Path:
        return FOLDER if self is Set.FIRST else FOLDER / self.value

    @property
    def base(self) -> bytes:
        return (self.folder / "base.sql").read_bytes()

    @property
    def usual(self) -> dict[str, Size | None]:
        found: Any = yaml.safe_load((self.folder / SIZES).read_text(encoding="utf-8"))
        return convert(found, dict[str, Size | None])

    @property
    def known(self) -> Known:
        found: Any = yaml.safe_load((self.folder / KNOWN).read_text(encoding="utf-8"))
        return convert(found, Known)


class Half(StrEnum):
    TUNE = "tune"
    HELD_OUT = "held-out"


class Size(Struct, frozen=True, forbid_unknown_fields=True):
    rows: int
    bytes: int


class Known(Struct, frozen=True, forbid_unknown_fields=True):
    """Trials that are judged otherwise than labelled: name -> why."""

    missed: dict[str, str] = {}
    false_alarms: dict[str, str] = {}


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    label: Label
    says: str
    covers: tuple[str, ...] = ()
    since: int = 0  # the first major that has it
    before: str = ""
    change: str = ""
    operations: tuple[dict[str, Any], ...] = ()
    sql: str = ""
    transaction: bool = True  # of `sql`
    drops: DropMode = DropMode.SOFT
    expand: tuple[str, ...] = ()  # columns
    backfills: dict[str, str] = {}  # column -> expression
    sizes: dict[str, Size | None] = {}
    activity: Measured = {}
    around: dict[str, Any] = {}
    unknown: tuple[str, ...] = ()
    least: Level | None = None
    most: Level | None = None
    names: tuple[str, ...] = ()  # reason codes that it has to be told

    @property
    def half(self) -> Half:
        first = hashlib.sha256(self.name.encode()).digest()[0]
        return Half.TUNE if first % 2 else Half.HELD_OUT


class Trial(Struct, frozen=True, kw_only=True):
    """A case with its tables as small as they are loaded, or as large as they are said to be."""

    case: Case
    usual: dict[str, Size | None]
    large: bool
    least: Level
    most: Level

    @property
    def name(self) -> str:
        if self.case.label is not Label.BY_SIZE:
            return self.case.name
        return f"{self.case.name}, {'large' if self.large else 'small'}"

    @property
    def is_dangerous(self) -> bool:
        return self.case.label is Label.DANGEROUS or (
            self.case.label is Label.BY_SIZE and self.large
        )

    @property
    def sizes(self) -> dict[QualifiedName, Size | None]:
        found = {**self.usual, **self.case.sizes} if self.large else {}
        return {_name(name): size for name, size in found.items()}


def cases(of: Set = Set.FIRST) -> tuple[Case, ...]:
    files = (path for path in sorted(of.folder.glob("*.yaml")) if path.name not in (SIZES, KNOWN))
    return tuple(case for path in files for case in _read(path))


def trials(major: int, of: Set = Set.FIRST) -> tuple[Trial, ...]:
    usual = of.usual
    some = (case for case in cases(of) if case.since <= major)
    return tuple(trial for case in some for trial in _trials(case, usual))


def _trials(case: Case, usual: dict[str, Size | None]) -> tuple[Trial, ...]:
    safe = Trial(
        case=case,
        usual=usual,
        large=True,
        least=case.least or Level.SAFE,
        most=case.most or Level.MEDIUM,
    )
    dangerous = structs.replace(safe, least=case.least or Level.HIGH, most=Level.BLOCKED)
    if case.label is Label.BY_SIZE:
        return structs.replace(safe, large=False), dangerous
    return (safe if case.label is Label.SAFE else dangerous,)


def _read(path: Path) -> tuple[Case, ...]:
    found: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    return convert(found["cases"], tuple[Case, ...])


def _name(text: str) -> QualifiedName:
    schema, _, name = text.partition(".")
    return QualifiedName(schema, name)
