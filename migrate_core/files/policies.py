"""A policy as TOML text: the one form that zanith.toml holds and the studio gives and takes.

`[policy]` is what is asked everywhere; `[policy.environments.NAME]` replaces single keys of it
for one environment. Nothing else of TOML is written, so the writer is a page and no library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy, Problem, Unknown, Waiver, problems
from migrate_core.risk.windows import Freeze, Window
from migrate_core.schema.objects import Value

Given = msgspec.UnsetType


class PolicyTable(Value, frozen=True, kw_only=True):
    """The keys that a table gives; those it leaves out are another table's, or the default."""

    budget: int | Given = msgspec.UNSET
    verify: bool | Given = msgspec.UNSET
    unknown_probes: Unknown | Given = msgspec.UNSET
    approvals: int | Given = msgspec.UNSET
    approvals_by_level: Mapping[Level, int] | Given = msgspec.UNSET
    fail_on: tuple[str, ...] | Given = msgspec.UNSET
    waivers: tuple[Waiver, ...] | Given = msgspec.UNSET
    windows: tuple[Window, ...] | Given = msgspec.UNSET
    freezes: tuple[Freeze, ...] | Given = msgspec.UNSET

    def given(self) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in PolicyTable.__struct_fields__}
        return {name: value for name, value in fields.items() if value is not msgspec.UNSET}


class PolicyTables(PolicyTable, frozen=True, kw_only=True):
    """[policy], with a table for each environment that asks for something else."""

    environments: Mapping[str, PolicyTable] = msgspec.field(default_factory=dict)

    def everywhere(self) -> Policy:
        return Policy(**self.given())

    def of(self, environment: str) -> Policy:
        """Key by key: what its own table gives, else what is asked everywhere."""
        own = self.environments.get(environment, PolicyTable())
        return Policy(**(self.given() | own.given()))


def problems_of(tables: PolicyTables) -> Iterator[Problem]:
    """Each with its whole key; what an environment inherits is told once."""
    everywhere = tuple(problems(tables.everywhere()))
    for found in everywhere:
        yield _within("policy", found)
    for name in tables.environments:
        for found in problems(tables.of(name)):
            if found not in everywhere:
                yield _within(f"policy.environments.{name}", found)


def _within(table: str, found: Problem) -> Problem:
    return msgspec.structs.replace(found, key=f"{table}.{found.key}")


# Writing ----------------------------------------------------------------------------------------


def dumps(policy: Policy) -> str:
    """A policy as [policy] of zanith.toml; reading it gives the same policy."""
    return "\n".join(_lines(policy)) + "\n"


def _lines(policy: Policy) -> Iterator[str]:
    yield "[policy]"
    if policy.budget is not None:
        yield f"budget = {policy.budget}"
    yield f"verify = {_value(policy.verify)}"
    yield f"unknown_probes = {_value(str(policy.unknown_probes))}"
    yield f"approvals = {policy.approvals}"
    yield f"fail_on = {_value(policy.fail_on)}"
    if policy.approvals_by_level:
        yield from ("", "[policy.approvals_by_level]")
        for level in Level:
            if level in policy.approvals_by_level:
                yield f"{level} = {policy.approvals_by_level[level]}"
    for waiver in policy.waivers:
        yield from _table("waivers", code=waiver.code, until=waiver.until, **_signed(waiver))
    for window in policy.windows:
        hours = {"from": window.opens, "to": window.closes}
        yield from _table("windows", days=window.days, **hours, zone=window.zone)
    for freeze in policy.freezes:
        times = {"from": freeze.begins, "to": freeze.ends}
        yield from _table("freezes", **times, **_signed(freeze))


def _signed(thing: Waiver | Freeze) -> dict[str, str]:
    return {"owner": thing.owner, "reason": thing.reason}


def _table(name: str, **values: object) -> Iterator[str]:
    yield from ("", f"[[policy.{name}]]")
    for key, value in values.items():
        yield f"{key} = {_value(value)}"


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case date() | datetime():
            return value.isoformat()
        case Sequence():
            return f"[{', '.join(_value(one) for one in value)}]"
    return str(value)


def _quoted(text: str) -> str:
    """A basic string on one line, whatever the text holds."""
    return '"' + "".join(_ESCAPES.get(char) or _escaped(char) for char in text) + '"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x20 or ord(char) == 0x7F else char
