"""Reading the pages, and what the plans of their examples said."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

from migrate_core.risk.codes import REASONS, ReasonCode
from migrate_core.risk.levels import Level
from migrate_core.schema.objects import Value

OUTCOMES = "outcomes.json"
_SUFFIX = ".yaml"


class Nothing(Value, frozen=True, kw_only=True):
    """There is no better way, and why."""

    none: str


class Page(Value, frozen=True, kw_only=True):
    """What somebody who was on call for it says, and an example of both ways.

    Everything but `facts` is real: the test makes the schema, opens the other session and
    measures. `facts` are put over what was measured, where nobody can make the circumstances
    cheaply (ten gigabytes, a replica), and every page that has some says so.
    """

    advice: str  # paragraphs; lines with four spaces before them are to be run
    before: str = ""  # the schema and its rows
    roles: tuple[str, ...] = ()  # that `before` speaks of
    role: str = ""  # who plans the bad example, where not the owner
    meanwhile: str = ""  # another session has run it and stays open
    facts: dict[str, dict[str, Any]] = msgspec.field(
        default_factory=dict
    )  # size, activity, surroundings
    pending: tuple[
        dict[str, Any], ...
    ] = ()  # operations of a migration that runs before the bad one
    bad: tuple[dict[str, Any], ...] = ()  # operations as in a migration file
    first: str = ""  # what is done by hand before the good example
    facts_of_good: dict[str, dict[str, Any]] | None = None  # None: those of the bad one
    good: tuple[dict[str, Any], ...] | Nothing = ()


class Said(Value, frozen=True, kw_only=True):
    """What a plan says of one step of an example."""

    number: int
    kind: str
    label: str
    level: Level
    score: int
    lock: str = ""  # the strongest on a table: "ACCESS EXCLUSIVE on public.users"
    work: str = ""  # what takes long: "reads every row under SHARE UPDATE EXCLUSIVE"
    codes: dict[str, Level] = msgspec.field(default_factory=dict)


class Outcome(Value, frozen=True, kw_only=True):
    kinds: tuple[str, ...] = ()  # that give the code by themselves
    bad: tuple[Said, ...] = ()
    good: tuple[Said, ...] = ()


@cache
def page(code: str) -> Page:
    """
    Raises:
        KeyError: there is no such code.
    """
    REASONS[code]
    text = (files(__package__) / f"{code}{_SUFFIX}").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Page)


@cache
def _outcomes() -> dict[str, Outcome]:
    data = (files(__package__) / OUTCOMES).read_bytes()
    return msgspec.json.decode(data, type=dict[str, Outcome])


def forget() -> None:
    """Read anew what is asked next: the outcomes were written."""
    _outcomes.cache_clear()


def outcome(code: str) -> Outcome:
    return _outcomes().get(code, Outcome())


def paged() -> frozenset[str]:
    """The codes that have a file."""
    names = (entry.name for entry in files(__package__).iterdir())
    return frozenset(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))


def by_level() -> tuple[tuple[Level, tuple[ReasonCode, ...]], ...]:
    """Every code, worst level first, then by name."""
    levels = sorted(Level, key=lambda level: -level.score)
    codes = sorted(REASONS.values(), key=lambda record: record.code)
    return tuple((level, tuple(r for r in codes if r.level is level)) for level in levels)


def title(code: str) -> str:
    """`drops_column_with_data` in words."""
    words = _words(code)
    return words[:1].upper() + words[1:]


def _words(code: str) -> str:
    words = code.replace("_", " ")
    for short, written in _SHORT.items():
        words = re.sub(rf"\b{short}\b", written, words)
    return words


_SHORT = {"rls": "row security", "wal": "WAL", "sql": "SQL", "null": "NULL"}


class Block(Value, frozen=True, kw_only=True):
    """A paragraph, or what to run by hand."""

    text: str
    is_code: bool = False

    @property
    def is_command(self) -> bool:
        return self.text.startswith("zanith ")


def blocks(advice: str) -> tuple[Block, ...]:
    parts = (part.strip("\n") for part in re.split(r"\n\s*\n", advice.strip("\n")))
    return tuple(map(_block, filter(None, parts)))


def _block(text: str) -> Block:
    lines = text.splitlines()
    if all(line.startswith("    ") for line in lines):
        return Block(text="\n".join(line[4:] for line in lines), is_code=True)
    return Block(text=" ".join(line.strip() for line in lines))
