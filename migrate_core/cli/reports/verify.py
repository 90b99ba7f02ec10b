"""What `zanith migrate verify` found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_core.cli.console.output import duration, plural
from migrate_core.cli.console.planned import Planned
from migrate_core.cli.console.project import Project
from migrate_core.cli.reports.documents import VERSION, ReportData, VerifyDocument, extended
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
from migrate_core.declared.kept import Kept
from migrate_core.declared.places import Place
from migrate_core.risk.codes import REASONS, Reason
from migrate_core.verify.report import Difference, StageReport, StatementLocks, VerifyReport

_DIFFERENCE = Rule(
    code="schema_difference",
    effect="The rehearsal did not end in the declared schema.",
    safer="Change the migration or the declared SQL until both say the same.",
)
_OBSERVED = Rule(
    code="undeclared_lock",
    effect="A statement took, read or wrote more than the plan said it would.",
    safer="Judge the step by what was observed.",
)
_FAILED = {True: Result.PASSED, False: Result.FAILED}
_COMPARING = ("diff", "pg_dump")  # stages whose findings are told one by one


def verify_report(
    project: Project,
    plans: Sequence[Planned],
    found: Sequence[VerifyReport],
    kept: Sequence[Kept],
    exit_code: int,
) -> Report:
    where = Where(project)
    reports = tuple(extended(report, ReportData, says=report.says) for report in found)
    document = VerifyDocument(
        version=VERSION,
        ok=all(report.ok for report in found),
        reports=reports,
        kept_earlier=tuple(kept),
    )
    return Report(
        command="verify",
        database=project.endpoint.dbname,
        says=_says(found),
        exit_code=exit_code,
        document=document,
        sections=tuple(
            _section(planned, report, where) for planned, report in zip(plans, found, strict=True)
        ),
        home=where.home,
        next="zanith migrate up" if found and not exit_code else "",
    )


def _says(found: Sequence[VerifyReport]) -> str:
    if not found:
        return "nothing is pending"
    failed = [report for report in found if not report.ok]
    if failed:
        of = f"{len(failed)} of {plural(len(found), 'rehearsal')}"
        return f"failed: {of}: {failed[0].says}"
    blocked = [one for report in found for one in report.blocked]
    if blocked:
        (step, reason), more = blocked[0], len(blocked) - 1
        rest = f" and {more} more" if more else ""
        return f"blocked: step {step}: {reason.evidence}{rest}"
    return f"ok: {plural(len(found), 'migration')} rehearsed, nothing left over"


def _section(planned: Planned, report: VerifyReport, where: Where) -> Section:
    kinds = {step.number: f"{step.kind} {step.label}" for step in planned.plan.steps}
    places = {
        step.number: where.operation(planned.migration, step.operation)
        for step in planned.plan.steps
    }
    differences = tuple(_difference(one, where) for one in report.differences)
    locks = tuple(
        _statement(one, Finding(
            rule=_OBSERVED,
            severity=Severity.ERROR,
            subject=kinds.get(one.step, f"step {one.step}"),
            says="; ".join(one.problems),
            place=places.get(one.step),
        ))
        for one in report.locks
        if one.problems
    )  # fmt: skip
    stages = tuple(_stage(stage, report) for stage in report.stages)
    tables = (
        Table(noun="stage", title="Stages", heads=("stage", "", "took", "notes"), checks=stages),
        Table(noun="difference", title="Differences", heads=("object", "what"), checks=differences),
        Table(
            noun="statement",
            title="More than was declared",
            heads=("step", "statement", "problems"),
            checks=locks,
        ),
        _rows_in_the_way(report, kinds, places),
    )
    baseline = f", baseline by {report.baseline}" if report.baseline else ""
    return Section(
        name=planned.migration.id,
        says=f"{report.shape}{baseline}: {report.says}",
        tables=tuple(table for table in tables if table.checks),
        text=report.judgement.diff,
    )


def _stage(stage: StageReport, report: VerifyReport) -> Check:
    notes = "\n".join(stage.notes)
    return Check(
        name=stage.name,
        result=_FAILED[stage.ok],
        says=notes,
        cells=(
            Cell(text=stage.name),
            Cell(text="ok" if stage.ok else "FAILED"),
            Cell(text=duration(stage.elapsed_ms)),
            Cell(text=notes),
        ),
        findings=tuple(_of_stage(stage, report)),
        elapsed_ms=stage.elapsed_ms,
    )


def _of_stage(stage: StageReport, report: VerifyReport) -> Iterator[Finding]:
    told = report.differences if stage.name in _COMPARING else ()
    if not stage.ok and not told:
        effect = f"The stage {stage.name} of the rehearsal failed."
        says = report.says if stage.name in _COMPARING else "\n".join(stage.notes)
        yield Finding(
            rule=Rule(code=f"rehearsal_{stage.name}", effect=effect),
            severity=Severity.ERROR,
            subject=f"stage {stage.name}",
            says=says,
        )


def _difference(found: Difference, where: Where) -> Check:
    place = where.named(found.object)
    finding = Finding(
        rule=_DIFFERENCE,
        severity=Severity.ERROR,
        subject=found.object,
        says=found.what,
        place=place,
    )
    return Check(
        name=found.object,
        result=Result.FAILED,
        says=found.what,
        cells=(Cell(text=found.object, code=True), Cell(text=found.what)),
        findings=(finding,),
        place=place,
    )


def _rows_in_the_way(
    report: VerifyReport, kinds: dict[int, str], places: dict[int, Place | None]
) -> Table:
    checks = tuple(
        _blocked(kinds.get(step, f"step {step}"), step, reason, places.get(step))
        for step, reason in report.blocked
    )
    heads = ("step", "reason", "what is there")
    return Table(noun="row", title="Rows in the way", heads=heads, checks=checks)


def _blocked(subject: str, step: int, reason: Reason, place: Place | None) -> Check:
    code = REASONS[reason.code]
    finding = Finding(
        rule=Rule(code=code.code, effect=code.effect, safer=code.safer),
        severity=Severity.ERROR,
        subject=subject,
        says=reason.evidence,
        place=place,
    )
    return Check(
        name=f"step {step:02}: {subject}",
        result=Result.FAILED,
        says=reason.evidence,
        fix=code.safer,
        cells=(
            Cell(text=f"{step:02}"),
            Cell(text=reason.code, code=True),
            Cell(text=reason.evidence),
        ),
        findings=(finding,),
        place=place,
    )


def _statement(found: StatementLocks, finding: Finding) -> Check:
    sql = " ".join(found.sql.split())
    return Check(
        name=f"step {found.step:02}: {sql}",
        result=Result.FAILED,
        says=finding.says,
        cells=(
            Cell(text=f"{found.step:02}"),
            Cell(text=sql, code=True),
            Cell(text="\n".join(found.problems)),
        ),
        findings=(finding,),
        place=finding.place,
    )
