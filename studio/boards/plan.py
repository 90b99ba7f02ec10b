"""A plan as the change page shows it: operations, budget, gates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils import timezone
from msgspec import structs

from migrate_core.operations.base import Place
from migrate_core.pg.ddl import Stage, StageMode, Statement
from migrate_core.pg.locks import LockMode
from migrate_core.planning import gates as core
from migrate_core.planning import undoing
from migrate_core.planning.plan import Plan, Step
from migrate_core.planning.timeline import Hold, strongest
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy
from studio.display import Action, Gate, OperationRow, StageRow, StatementRow

_GATE_STATES = {
    core.GateState.OPEN: "ok",
    core.GateState.NOT_ASKED: "ok",
    core.GateState.REFUSED: "refused",
    core.GateState.WAITING: "waiting",
}

WORTH_TELLING_SECONDS = 1
MOST_TABLES = 4  # by name in one line

Safer = Callable[[Step], tuple[Action | None, str]]


def no_safer(step: Step) -> tuple[Action | None, str]:
    return None, ""


def operation_rows(
    plan: Plan,
    policy: Policy,
    *,
    safer: Safer = no_safer,
    states: dict[int, str] | None = None,
) -> list[OperationRow]:
    rows, policy = [], policy.in_force(timezone.now())
    for step, grade in zip(plan.steps, undoing.grades(plan), strict=True):
        place = Place(
            migration_id=plan.migration_id, step=step.number, cycle=plan.cycle, major=plan.major
        )
        row = _row(step, place, policy, safer, (states or {}).get(step.number, ""))
        rows.append(structs.replace(row, grade=str(grade), grade_means=grade.means))
    return rows


def _row(step: Step, place: Place, policy: Policy, safer: Safer, state: str) -> OperationRow:
    over = step.verdict.level is Level.BLOCKED or policy.is_over(step.verdict)
    action, note = safer(step)
    worst = strongest(step)
    return OperationRow(
        number=step.number,
        kind=step.kind,
        object=step.label,
        level=step.verdict.level,
        score=step.verdict.score,
        reasons=step.verdict.reasons,
        lock=str(worst.mode) if worst else "",
        blocks=blocks(worst.mode) if worst else "",
        size="" if step.facts.is_new or step.operation.relation is None else step.facts.describe(),
        hold=hold(step),
        takes=takes(step),
        why=why(step),
        reversible=reversible(step),
        over=over,
        stages=stage_rows(step.stages, before=_parking(step)),
        undo=undo(step, place),
        undo_note=_undo_note(step, undo(step, place)),
        notes=_notes(step),
        safer=action,
        safer_note=note,
        open=over,
        state=state,
    )


def stage_rows(stages: Sequence[Stage], *, before: Sequence[str] = ()) -> list[StageRow]:
    parked = [StageRow(statements=[StatementRow(sql=sql) for sql in before], note="parked first")]
    return (parked if before else []) + [_stage(stage) for stage in stages]


def _stage(stage: Stage) -> StageRow:
    rows = [
        StatementRow(sql=s.sql, lock=_lock_words(s), blocks=blocks(_strongest_of(s)))
        for s in stage.statements
    ]
    notes = {
        StageMode.TRANSACTION: "",
        StageMode.CONCURRENT: "outside a transaction",
        StageMode.BATCHED: "in batches, each with its own commit and checkpoint",
    }
    return StageRow(statements=rows, note=notes[stage.mode])


def worst_lock_of(plan: Plan) -> str:
    """For the line under the title and for confirmations."""
    held = [hold for step in plan.steps if (hold := strongest(step))]
    worst = max(held, key=lambda hold: hold.mode.strength, default=None)
    unseen = any(step.is_script and not step.seen_locks for step in plan.steps)
    if worst is None:
        return "not declared" if unseen else "no table lock"
    return f"{hold_words(worst)}{', or what raw SQL takes' if unseen else ''}"


def hold_words(hold: Hold) -> str:
    return f"{hold.mode} on {hold.relation}"


def blocks(lock: LockMode | None) -> str:
    if lock is None:
        return ""
    if lock.blocks_reads:
        return "reads and writes wait"
    return "writes wait" if lock.blocks_writes else "reads and writes go on"


def hold(step: Step) -> str:
    """How long the worst lock is held: a bound where one is enforced, else what it depends on."""
    if step.facts.is_new or step.facts.is_ahead:
        return "the table is new" if step.facts.is_new else "the table is not there yet"
    if step.estimate and step.estimate.holds_high >= WORTH_TELLING_SECONDS:
        return f"held {step.estimate.holds}"
    blocking = [s for stage in step.stages for s in stage.statements if s.keeps_waiting()]
    if any(s.rewrites for s in blocking):
        return "while every row is rewritten"
    if blocking:
        return "while every row is read"
    if any(stage.batch for stage in step.stages):
        worst = strongest(step)
        apart = worst and worst.mode.blocks_writes
        return "briefly, apart from its batches" if apart else "one batch at a time"
    if any(stage.mode is StageMode.CONCURRENT for stage in step.stages):
        return "while it is built or dropped"
    if any(s.scans or s.rewrites for stage in step.stages for s in stage.statements):
        return "while rows are read"
    return "catalog only" if strongest(step) and not step.is_script else ""


def takes(step: Step) -> str:
    """How long it takes, where that is worth a word."""
    found = step.estimate
    if found is None or found.high < WORTH_TELLING_SECONDS:
        return ""
    return f"takes {found.takes}, {found.source}"


def why(step: Step) -> str:
    """Which reason decided its score, and what the others would give."""
    first, *others = step.verdict.reasons or (None,)
    if first is None:
        return ""
    others = [reason for reason in others if reason.level is not first.level]
    if not others:
        return f"{first.code} decides."
    return f"{first.code} decides; without it {others[0].level.score}, for {others[0].code}."


def reversible(step: Step) -> str:
    """Read after the words `undo:`."""
    return step.undo_in_words


def _strongest_of(statement: Statement) -> LockMode | None:
    modes = (mode for _table, mode in statement.locks())
    return max(modes, key=lambda mode: mode.strength, default=None)


def _lock_words(statement: Statement) -> str:
    """`SHARE on public.a and public.b, ROW SHARE on public.c`: the strongest first."""
    held: dict[LockMode, list[str]] = {}
    for table, mode in statement.locks():
        held.setdefault(mode, []).append(str(table))
    ordered = sorted(held.items(), key=lambda one: -one[0].strength)
    return ", ".join(f"{mode} on {_some(tables)}" for mode, tables in ordered)


def _some(tables: Sequence[str]) -> str:
    if len(tables) > MOST_TABLES:
        return f"{', '.join(tables[: MOST_TABLES - 1])} and {len(tables) - MOST_TABLES + 1} more"
    *others, last = tables
    return f"{', '.join(others)} and {last}" if others else last


def _parking(step: Step) -> Sequence[str]:
    return step.park.statements if step.park else ()


def undo(step: Step, place: Place) -> list[StageRow]:
    """The SQL of the inverse, where the operation alone is enough to write it."""
    inverse = step.operation.inverse(place)
    return stage_rows(inverse.stages(place)) if inverse else []


def _undo_note(step: Step, undo_rows: Sequence[StageRow]) -> str:
    if step.keeps_nothing:
        return "The values are lost all the same: nothing brings those back."
    if not step.undo:
        return "Nothing undoes this step by itself."
    return "" if undo_rows else f"{step.undo}: its SQL is written when that is planned."


def _notes(step: Step) -> list[str]:
    """What was measured about the rows, problems first."""
    answers = sorted(step.facts.answers, key=lambda a: not (a.blocks and (a.count or a.fails)))
    notes = []
    for answer in answers:
        if answer.fails and answer.blocks:
            notes.append(answer.found)
        elif answer.count is None:
            notes.append(f"{answer.question}: not counted ({answer.error or 'took too long'})")
        elif answer.count and answer.blocks:
            keys = f" (for example {', '.join(answer.sample)})" if answer.sample else ""
            notes.append(f"{answer.count:,} {answer.question}{keys}")
    return notes


def gate_rows(gates: Sequence[core.Gate], fixes: dict[int, tuple[str, str]]) -> list[Gate]:
    """`fixes`: number of a gate -> (label, URL) of the page or anchor that opens it."""
    return [_gate(gate, *fixes.get(gate.number, ("", ""))) for gate in gates]


def _gate(gate: core.Gate, label: str, url: str) -> Gate:
    closed = not gate.passes
    return Gate(
        name=gate.name,
        state=_GATE_STATES[gate.state],  # type: ignore[arg-type]  # the values are the literals
        text=f"{gate.says}. {gate.fix}" if closed and gate.fix else gate.says,
        fix_label=label if closed else "",
        fix_url=url if closed else "",
    )
