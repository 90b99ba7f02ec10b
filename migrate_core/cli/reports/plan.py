"""What `zanith migrate plan` found."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrate_core.cli.console.output import plural
from migrate_core.cli.console.planned import Planned
from migrate_core.cli.console.plans import is_refused, plan_data, verdict
from migrate_core.cli.console.project import Project
from migrate_core.cli.reports.documents import VERSION, PlanData, PlanDocument, StepData
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
from migrate_core.declared.places import Place
from migrate_core.planning.gates import Gate, GateState
from migrate_core.planning.plan import Step
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import REASONS, Reason

Judged = Sequence[tuple[Planned, tuple[Gate, ...]]]
_RESULTS = {
    GateState.OPEN: Result.PASSED,
    GateState.WAITING: Result.WAITING,
    GateState.NOT_ASKED: Result.NOT_ASKED,
}
_SEVERITIES = {Result.FAILED: Severity.ERROR, Result.WAITING: Severity.NOTE}


def plan_report(project: Project, found: Judged, exit_code: int) -> Report:
    plans = tuple(plan_data(planned.plan, gates) for planned, gates in found)
    where = Where(project)
    return Report(
        command="plan",
        database=project.endpoint.dbname,
        says=_says(found),
        exit_code=exit_code,
        document=PlanDocument(version=VERSION, plans=plans),
        sections=tuple(
            _section(project, planned, gates, data, where)
            for (planned, gates), data in zip(found, plans, strict=True)
        ),
        home=where.home,
        next="zanith migrate verify" if found and not exit_code else "",
    )


def _says(found: Judged) -> str:
    if not found:
        return "nothing is pending"
    gates = [gate for _, each in found for gate in each]
    closed = [_in_words(gate) for gate in gates if gate.state is GateState.REFUSED]
    if closed:
        more = f" and {plural(len(closed) - 1, 'more gate')}" if len(closed) > 1 else ""
        return f"refused: {closed[0]}{more}"
    waiting = sorted({_in_words(gate) for gate in gates if not gate.passes})
    rest = f"; waiting: {', '.join(waiting)}" if waiting else ""
    return f"green: {plural(len(found), 'migration')} may go on to verify{rest}"


def _in_words(gate: Gate) -> str:
    return f"gate {gate.number} ({gate.name}): {gate.says}"


def _section(
    project: Project, planned: Planned, gates: tuple[Gate, ...], data: PlanData, where: Where
) -> Section:
    places = {
        step.number: where.operation(planned.migration, step.operation)
        for step in planned.plan.steps
    }
    steps = tuple(
        _step(step, told, gates, places[step.number])
        for step, told in zip(planned.plan.steps, data.steps, strict=True)
    )
    heads = ("step", "kind", "object", "level", "score", "reasons", "lock", "undo")
    refused = "refused, " if is_refused(gates) else ""
    return Section(
        name=planned.migration.id,
        says=f"{refused}{verdict(planned.plan, project.policy)}",
        tables=(
            Table(noun="step", title="Steps", heads=heads, checks=steps),
            Table(
                noun="gate",
                title="Gates",
                heads=("gate", "", "state", "why", "what opens it"),
                checks=tuple(_gate(gate, places) for gate in gates),
            ),
        ),
    )


def _step(step: Step, told: StepData, gates: tuple[Gate, ...], place: Place | None) -> Check:
    closed = [g for g in gates if g.state is GateState.REFUSED and step.number in g.steps]
    reasons = step.verdict.reasons
    said = [f"{r.code}: {r.evidence}" if r.evidence else r.code for r in reasons]
    said += [f"What to do: {reasons[0].safer}"] if closed and reasons else []
    return Check(
        name=f"step {step.number:02}: {step.kind} {step.label}",
        result=Result.FAILED if closed else Result.PASSED,
        says="; ".join(map(_in_words, closed)),
        fix=" ".join(dict.fromkeys(gate.fix for gate in closed if gate.fix)),
        cells=(
            Cell(text=f"{step.number:02}"),
            Cell(text=step.kind),
            Cell(text=step.label, code=True),
            Cell(text=step.verdict.level),
            Cell(text=str(step.verdict.score)),
            Cell(text="\n".join(said)),
            Cell(text=told.lock),
            Cell(text=step.undo_in_words),
        ),
        findings=tuple(
            Finding(
                rule=_rule(reason),
                severity=_severity(reason, step, is_refused=bool(closed)),
                subject=f"{step.kind} {step.label}",
                says=reason.evidence,
                place=place,
            )
            for reason in reasons
            if reason.level is not Level.SAFE
        ),
        place=place,
    )


def _rule(reason: Reason) -> Rule:
    code = REASONS[reason.code]
    return Rule(code=code.code, effect=code.effect, safer=code.safer)


def _severity(reason: Reason, step: Step, *, is_refused: bool) -> Severity:
    """An error only where a gate refuses: what is over no budget stops nobody."""
    if is_refused and reason.level is step.verdict.level:
        return Severity.ERROR
    return Severity.NOTE if reason.level is Level.LOW else Severity.WARNING


def _gate(gate: Gate, places: dict[int, Place | None]) -> Check:
    result = _RESULTS.get(gate.state, Result.FAILED)
    place = places.get(gate.steps[0]) if gate.steps else None
    rule = Rule(
        code="gate_" + re.sub(r"\W+", "_", gate.name.lower()),
        effect=f"Gate {gate.number} ({gate.name}) does not let the plan run.",
    )
    finding = Finding(
        rule=rule,
        severity=_SEVERITIES.get(result, Severity.NOTE),
        subject=f"gate {gate.name}",
        says=gate.says,
        fix=gate.fix,
        place=place,
    )
    return Check(
        name=f"gate {gate.number}: {gate.name}",
        result=result,
        says=gate.says,
        fix=gate.fix,
        cells=(
            Cell(text=str(gate.number)),
            Cell(text=gate.name),
            Cell(text=gate.state),
            Cell(text=gate.says),
            Cell(text=gate.fix),
        ),
        findings=(finding,) if result in _SEVERITIES else (),
        place=place,
        is_annotated=not gate.steps,
    )
