"""What `zanith migrate drift` found."""

from __future__ import annotations

from migrate_core.api import Drift
from migrate_core.cli.console.output import plural
from migrate_core.cli.console.project import Project
from migrate_core.cli.reports.documents import VERSION, DriftDocument, extended
from migrate_core.cli.reports.report import (
    Cell,
    Check,
    Finding,
    Report,
    Result,
    Rule,
    Section,
    Severity,
    Table,
)
from migrate_core.cli.reports.where import Where

_RULE = Rule(
    code="live_drift",
    effect="It was changed outside of migrations: live is not what the ledger says.",
    safer="Undo it by hand, or take what is live as the new baseline: zanith migrate adopt.",
)


def drift_report(project: Project, found: Drift, opened: str, exit_code: int) -> Report:
    """`opened` says of a run that stopped half-way that a part of this is its own doing."""
    where = Where(project)
    checks = tuple(_object(name, where) for name in found.changed)
    table = Table(noun="object", title="Changed objects", heads=("object",), checks=checks)
    return Report(
        command="drift",
        database=project.endpoint.dbname,
        says=_says(found),
        exit_code=exit_code,
        document=extended(found, DriftDocument, version=VERSION, drift=found.is_drift),
        sections=(Section(name="live schema", says=opened, tables=(table,)),) if checks else (),
        home=where.home,
        next=_next(found),
    )


def _says(found: Drift) -> str:
    if found.recorded is None:
        return "the ledger knows no schema yet"
    if found.is_drift:
        return f"drift: {plural(len(found.changed), 'object')} changed outside of migrations"
    return "no drift: live is what the ledger says"


def _next(found: Drift) -> str:
    if found.recorded is None:
        return "zanith migrate adopt takes the live schema as the baseline"
    return "undo it by hand, or zanith migrate adopt" if found.is_drift else ""


def _object(name: str, where: Where) -> Check:
    place = where.named(name)
    finding = Finding(rule=_RULE, severity=Severity.ERROR, subject=name, place=place)
    return Check(
        name=name,
        result=Result.FAILED,
        says=_RULE.effect,
        fix=_RULE.safer,
        cells=(Cell(text=name, code=True),),
        findings=(finding,),
        place=place,
    )
