"""Whether a plan tells what another tool's suite expects to be told.

A case of pg-schema-diff names hazards. `hazards.yaml` says which of our reasons, or which lock of
a step, is the counterpart of each, and where we say less because it was measured. An exception
that no case needs any more is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, convert

from migrate_core import api
from migrate_core.api.plans import Measuring
from migrate_core.diff.diff import diff
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.pg.locks import LockMode
from migrate_core.planning.plan import Plan, Step, build
from migrate_core.planning.reach import reach
from migrate_core.risk.levels import Level
from tests.conformance import rows
from tests.conformance.cases import Case
from tests.conformance.databases import Workbench
from tests.conformance.engines import PLAIN

FILE = Path(__file__).with_name("hazards.yaml")
PREFIX = "MigrationHazardType"
ID = "20260101_000000_hazards"


class Counterpart(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    says: str
    codes: tuple[str, ...] = ()
    locks: tuple[LockMode, ...] = ()  # of what was there before
    builds: bool = False  # an index, on what was there before


class Argued(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    case: str
    hazard: str
    says: str


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    counterparts: dict[str, Counterpart]
    exceptions: tuple[Argued, ...]


class Found(StrEnum):
    TOLD = "told"
    EMPTY = "told, and nothing as the table is measured empty"
    EXCEPTED = "argued"
    MISSED = "missed"


class Report(Struct, frozen=True, kw_only=True):
    case: str
    expected: dict[str, Found]
    more: tuple[str, ...] = ()  # told, and not expected
    stale: tuple[str, ...] = ()  # exceptions that it does not need
    said: str = ""  # the plan in short


@cache
def rules() -> Rules:
    found: Any = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return convert(found, Rules)


def told(bench: Workbench, case: Case) -> Report:
    """Its databases are gone afterwards."""
    try:
        bench.make_roles(case.roles)
        return compared(case, _plan(bench, case))
    finally:
        bench.clear()


def compared(case: Case, plan: Plan) -> Report:
    expected = [name.removeprefix(PREFIX) for name in case.expected_hazards]
    argued = {e.hazard for e in rules().exceptions if e.case == case.id}
    found: dict[str, Found] = {}
    for hazard in expected:
        counterpart = rules().counterparts[hazard]
        told = [step for step in plan.steps if _tells(step, counterpart)]
        if any(_weighs(step, counterpart) for step in told):
            found[hazard] = Found.TOLD
        elif told:
            found[hazard] = Found.EMPTY
        else:
            found[hazard] = Found.EXCEPTED if hazard in argued else Found.MISSED
    more = (
        name
        for name, counterpart in rules().counterparts.items()
        if name not in expected and any(_weighs(step, counterpart) for step in plan.steps)
    )
    needed = {hazard for hazard, how in found.items() if how is Found.EXCEPTED}
    return Report(
        case=case.id,
        expected=found,
        more=tuple(more),
        stale=tuple(sorted(argued - needed)),
        said="; ".join(f"{s.kind} {s.label}: {', '.join(s.verdict.codes)}" for s in plan.steps),
    )


def _tells(step: Step, counterpart: Counterpart) -> bool:
    if step.facts.is_new:
        return False  # of what this plan makes
    modes = {mode for s in _statements(step) for _table, mode in s.locks()}
    builds = any(s.sql.startswith(("CREATE INDEX", "CREATE UNIQUE")) for s in _statements(step))
    named = set(step.verdict.codes) & set(counterpart.codes)
    return bool(named or modes & set(counterpart.locks) or (counterpart.builds and builds))


def _weighs(step: Step, counterpart: Counterpart) -> bool:
    if not _tells(step, counterpart):
        return False
    weight = {r.code for r in step.verdict.reasons if r.level is not Level.SAFE}
    by_code = bool(weight & set(counterpart.codes))
    return by_code or bool(counterpart.locks) or counterpart.builds


def _statements(step: Step) -> Iterator[Any]:
    return (statement for stage in step.stages for statement in stage.statements)


def _plan(bench: Workbench, case: Case) -> Plan:
    before, after = bench.load(case.before), bench.load(case.after)
    with bench.session(before) as conn:
        rows.seed(conn)
    endpoint = Endpoint.from_url(bench.url_of(before))
    found = api.found(endpoint)
    operations = diff(found, api.found(Endpoint.from_url(bench.url_of(after))), PLAIN)
    with closing(plan_session(endpoint, "zanith/plan")) as conn:
        measure = Measuring(conn)
        measure.look_at(reach(operations, found, major=bench.major))
        return build(
            operations,
            found,
            migration_id=ID,
            checksum="",
            major=bench.major,
            ask=measure,
        )


def report(reports: Sequence[Report]) -> Iterator[str]:
    """Per hazard: expected, told, argued; and how much else is told that was not expected."""
    for one in reports:
        missed = [hazard for hazard, how in one.expected.items() if how is Found.MISSED]
        if missed or one.stale:
            yield f"{one.case}: missed {missed}, stale {list(one.stale)}: {one.said}"
    yield _line(
        "hazard", "expected", "told", "empty", "argued", "missed", "recall", "more", "precision"
    )
    rows = [_counts(reports, (name,)) for name in rules().counterparts]
    names = [*rules().counterparts, "all"]
    for name, row in zip(
        names, [*rows, [sum(column) for column in zip(*rows, strict=True)]], strict=True
    ):
        expected, told, empty, argued, missed, more = row
        recall = _share(told + empty + argued, expected)
        yield _line(
            name, expected, told, empty, argued, missed, recall, more, _share(told, told + more)
        )


def _counts(reports: Sequence[Report], names: Sequence[str]) -> list[int]:
    found = [how for one in reports for name, how in one.expected.items() if name in names]
    more = sum(name in names for one in reports for name in one.more)
    return [len(found), *(found.count(how) for how in Found), more]


def _share(some: int, of: int) -> str:
    return f"{some / of:.1%}" if of else "-"


def _line(name: str, *cells: object) -> str:
    return f"{name:<30}" + "".join(f"{cell!s:>11}" for cell in cells)
