"""A page's two examples as they are shown: what is done, under which circumstances, what a plan
says of it."""

from __future__ import annotations

from typing import Any

import yaml

from migrate_core.risk.codes import ReasonCode
from migrate_core.risk.facts import human_bytes
from migrate_core.risk.levels import Level
from migrate_core.risk.pages.page import Nothing, Page, Said, outcome, page
from migrate_core.risk.surroundings import human_seconds
from migrate_core.risk.verdict import BRIEF_BYTES, SHORT_BYTES
from migrate_core.schema.objects import Value

ROWS = "On a table that is measured empty, or created in the same plan, it counts as safe."
COSTS = (
    "It is about time alone, so its level falls with the table's size:"
    f" low up to {BRIEF_BYTES / 1e6:.1f} MB"
)
SHORT = f"{COSTS}, medium up to {SHORT_BYTES / 1e6:.0f} MB."
USE = (
    "Where nobody has read or written it, as counted for a day or longer, it counts a level less;"
    " where it is created in the same plan, as safe."
)
MADE = "Where it is created in the same plan, it counts as safe; read or not, rows are rows."
BY_HAND = "Put in by hand, because no test can make it cheaply; all else was measured:"
ANY_KIND = "No kind by itself: it is decided by what is measured around the step."
IN_THE_PLAN = "No kind by itself: it is decided by what the steps of the plan do together."
OF_THE_PLAN = frozenset(
    {
        "locks_other_table",
        "scanned_again",
        "writes_index_anew",
        "drops_what_was_made",
        "looks_like_rename",
        "touched_by_pending",
    }
)
_WIDTH = 96


class Example(Value, frozen=True, kw_only=True):
    intro: str = ""  # who plans it, and what is so meanwhile
    sql: str = ""  # of the other session, or what is done by hand first
    facts: tuple[str, ...] = ()  # put in by hand
    pending: str = ""  # operations of a migration that has not run, and comes before
    operations: str  # as a migration file has them
    said: tuple[Said, ...] = ()


def bad(code: str) -> Example:
    found = page(code)
    intro = f"Planned as the role {found.role}." if found.role else ""
    if found.meanwhile:
        intro = "Another session has run this, and stays open:"
    return Example(
        intro=intro,
        sql=found.meanwhile,
        facts=_in_words(found.facts),
        pending=operations_text(found.pending) if found.pending else "",
        operations=operations_text(found.bad),
        said=outcome(code).bad,
    )


def good(code: str) -> Example | None:
    """None where there is no better way; `why_none` says why."""
    found = page(code)
    if isinstance(found.good, Nothing):
        return None
    return Example(
        intro=_intro_of_good(found),
        sql=found.first,
        facts=_in_words(found.facts if found.facts_of_good is None else found.facts_of_good),
        operations=operations_text(found.good),
        said=outcome(code).good,
    )


def _intro_of_good(found: Page) -> str:
    if found.first:
        return "First, by hand:"
    if found.role:
        return "Planned as the owner of the table."
    if found.meanwhile:
        return "When the other session is done:"
    return "When that is no longer so:" if found.facts_of_good is not None else ""


def why_none(code: str) -> str:
    found = page(code).good
    return found.none if isinstance(found, Nothing) else ""


def heading(record: ReasonCode) -> str:
    """Of the bad example, which for a safe reason is not bad."""
    return "What it looks like" if record.level is Level.SAFE else "What gets it"


def weighs(record: ReasonCode) -> tuple[str, ...]:
    """What makes it weigh less than its level."""
    use = MADE if record.level is Level.DESTRUCTIVE else USE
    costs = SHORT if record.level.score > Level.MEDIUM.score else f"{COSTS}."
    rules = ((record.by_rows, ROWS), (record.costs, costs), (record.by_use, use))
    return tuple(words for holds, words in rules if holds)


def any_kind(code: str) -> str:
    """Who gives a code that no kind gives by itself."""
    return IN_THE_PLAN if code in OF_THE_PLAN else ANY_KIND


class _Dumper(yaml.SafeDumper):
    """An operation's fields one below the other, as in a migration file; SQL of several lines as
    it stands."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        return super().represent_mapping(tag, mapping, False if "op" in mapping else flow_style)


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def operations_text(operations: tuple[dict[str, Any], ...]) -> str:
    """As a migration file writes them, below its `operations:`."""
    text: str = yaml.dump(
        list(operations),
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=None,
        width=_WIDTH,
        allow_unicode=True,
    )
    return text.rstrip("\n")


_GROUPS = {"size": "the table", "activity": "on the table", "surroundings": "on the server"}


def _in_words(facts: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    """`the table: rows 40,000,000, size 5.6 GB`, one for each group."""
    return tuple(
        f"{_GROUPS[group]}: " + ", ".join(_said(name, value) for name, value in values.items())
        for group, values in facts.items()
    )


def _said(field: str, value: Any) -> str:
    name = field.replace("_", " ")
    if field == "bytes":
        return human_bytes(value)
    if field.endswith("_bytes"):
        return f"{name.removesuffix(' bytes')} {human_bytes(value)}"
    if field.endswith("_seconds"):
        return f"{name.removesuffix(' seconds')} {human_seconds(value)}"
    if isinstance(value, bool):
        return f"{name}: {'yes' if value else 'no'}"
    if isinstance(value, list):
        return f"{name} {', '.join(map(str, value)) or 'none'}"
    return f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}"
