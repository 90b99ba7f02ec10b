"""Verifying from the command line: which schema a plan must reach, and the report as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from migrate_core import api
from migrate_core.cli.console.output import columns, duration, note
from migrate_core.cli.console.planned import Planned
from migrate_core.cli.console.project import Project
from migrate_core.declared.kept import Kept
from migrate_core.declared.sources import Source
from migrate_core.errors import MisuseError
from migrate_core.pg import codec
from migrate_core.planning.verified import Deed, Verified
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import RelationLock, StatementLocks, VerifyReport
from migrate_core.verify.verify import NOTHING_MORE


class Evidence(Value, frozen=True, kw_only=True):
    """What `verify --out` keeps and `up --verified` reads."""

    reports: tuple[VerifyReport, ...]

    def of(self, plan_hash: str) -> VerifyReport | None:
        return next((r for r in self.reports if r.plan_hash == plan_hash), None)


def rehearse(
    project: Project,
    planned: Planned,
    *,
    earlier: Sequence[Planned] = (),
    is_last: bool,
    options: Rehearsing = NOTHING_MORE,
) -> VerifyReport:
    wanted, source = _goal(project, planned) if is_last else (planned.after, None)
    return api.verify(
        project.endpoint,
        planned.plan,
        wanted=wanted,
        declared=source,
        shadow=project.shadow,
        earlier=[one.plan for one in earlier],
        schemas=project.schemas,
        options=options,
    )


def _goal(project: Project, planned: Planned) -> tuple[SchemaGraph, Source | None]:
    """The last pending migration has to end in the declared schema, where one is given."""
    source = api.declared_source(project.config)
    if source is None:
        note("No declared schema is given: compared with what the migration itself leads to.")
        return planned.after, None
    found = api.wanted(source, project.shadow, planned.plan.major, project.schemas)
    return found.graph, source


def report_lines(report: VerifyReport) -> Iterator[str]:
    rows = [
        (stage.name, "ok" if stage.ok else "FAILED", duration(stage.elapsed_ms))
        for stage in report.stages
    ]
    for stage, line in zip(report.stages, columns(rows), strict=True):
        yield line
        for said in stage.notes:
            yield from (f"        {part}" for part in said.splitlines())
    for found in report.locks:
        yield from (f"    {line}" for line in _statement_lines(found))
    for deed in report.deeds:
        yield from (f"    {line}" for line in deed_lines(deed))
    if report.judgement.diff:
        yield from (f"    {line}" for line in report.judgement.diff.splitlines())
    yield from _sample_lines(report)
    yield from _mirror_lines(report)
    yield ""
    yield f"  {report.shape}, baseline by {report.baseline or 'nobody'}: {report.says}"
    if report.kept:
        yield from kept_lines(report.kept)


def _mirror_lines(report: VerifyReport) -> Iterator[str]:
    if report.mirrored:
        rows = [("as there" if m.done else "NOT AS THERE", m.what, m.note) for m in report.mirrored]
        yield ""
        yield "  the target beside its objects"
        yield from columns(rows, indent="    ")


def _sample_lines(report: VerifyReport) -> Iterator[str]:
    if report.sample is None:
        return
    rows = [
        (
            one.table,
            f"none: {one.problem}" if one.problem else f"{one.rows} rows",
            f"{one.referred} because others refer to them" if one.referred else "",
        )
        for one in report.sample.tables
    ]
    yield ""
    yield f"  {report.sample.says}"
    yield from columns(rows, indent="    ")
    yield from (f"    {said}" for said in report.sample.notes)


def kept_lines(kept: Kept) -> Iterator[str]:
    yield f"  kept: {kept.url}" + (f" since {kept.since}" if kept.since else "")
    yield f"        to enter, as the shadow's provisioner: {kept.enter}"
    yield f"        to drop: {kept.drop_all}, or {kept.drop}"


def deed_lines(deed: Deed) -> Iterator[str]:
    """Raw SQL: what it did, what that means, and what was not seen of it."""
    if deed.unobserved:
        yield f"step {deed.step}  raw SQL, not judged: {deed.unobserved}"
        return
    yield f"step {deed.step}  raw SQL, judged by what it did"
    rows = [("did", text) for text in deed.did or ("nothing that could be seen",)]
    rows += [("asked", answer.in_words) for answer in deed.answers]
    rows += [("means", f"{r.level}: {r.code}: {r.evidence}") for r in deed.reasons]
    rows += [("spared", deed.spared)] if deed.spared else []
    rows += [("unseen", text) for text in deed.unseen]
    yield from columns(rows, indent="    ")


def _statement_lines(found: StatementLocks) -> Iterator[str]:
    """What a statement said it would take, what it took, and where the two differ."""
    declared = [*_locks(found.declared)]
    declared += ["rewrite"] if found.declared_rewrite else []
    declared += ["scan"] if found.declared_scan else []
    observed = [*_locks(found.observed)]
    observed += [f"rewrote {name}" for name in found.rewrote]
    observed += [f"scanned {name}" for name in found.scanned]
    yield f"step {found.step}  {' '.join(found.sql.split())}"
    rows = [("declared", "; ".join(declared) or "nothing")]
    rows += [("observed", "; ".join(observed) or "nothing")]
    rows += [("problem", text) for text in found.problems]
    rows += [("remark", text) for text in found.remarks]
    rows += [("note", found.note)] if found.note else []
    yield from columns(rows, indent="    ")


def _locks(locks: Sequence[RelationLock]) -> list[str]:
    return [f"{lock.mode} on {lock.relation}" for lock in locks]


def write_evidence(path: Path, reports: Sequence[VerifyReport]) -> None:
    path.write_bytes(codec.encode(Evidence(reports=tuple(reports))) + b"\n")


def read_evidence(path: Path) -> Evidence:
    """Raises MisuseError where the file is not one that `verify --out` wrote."""
    try:
        return codec.decode(path.read_bytes(), Evidence)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MisuseError(
            f"{path}: not a verification: {error}", hint="zanith migrate verify --out writes one."
        ) from error


def accepted(evidence: Evidence | None, plan_hash: str) -> Verified | None:
    """A rehearsal of exactly this plan; any other is none."""
    report = evidence.of(plan_hash) if evidence else None
    return report.verified if report else None
