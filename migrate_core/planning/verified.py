"""Plan and verification together: what a step scores once it was seen at work."""

from __future__ import annotations

from typing import Literal

import msgspec

from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, Step, estimated
from migrate_core.risk.facts import Answer, Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.rates import Rates
from migrate_core.risk.reasons import NO_INVERSE, RAW_SQL, RAW_SQL_LOSES_DATA, Reason
from migrate_core.risk.verdict import judge
from migrate_core.schema.objects import Value

Changed = Literal["nothing", "comments", "something"]


class Deed(Value, frozen=True, kw_only=True):
    """What one step of raw SQL did on the shadow, and what that could not show."""

    step: int
    reasons: tuple[Reason, ...] = ()
    did: tuple[str, ...] = ()  # "public.users: 3 rows deleted"
    unseen: tuple[str, ...] = ()  # "branches that were not taken"
    changed: Changed = "something"  # of the schema and of rows
    answers: tuple[Answer, ...] = ()  # of the target, to the probes of what it did
    locked: tuple[tuple[QualifiedName, LockMode], ...] = ()  # tables that were there before it
    # Why nothing goes by what its text drops, truncates or deletes, and what that still weighs.
    spared: str = ""
    spared_level: Level = Level.LOW
    unobserved: str = ""  # why it could not be run there at all


class ArtifactTrial(Value, frozen=True, kw_only=True):
    """What a step parked on the shadow, restored there after the plan and compared."""

    step: int
    source: str
    restored: bool = False
    compared: bool = False
    equal: bool = False  # definition by introspection, rows by checksum
    rows: int = 0  # that were compared
    says: str = ""


class Verified(Value, frozen=True, kw_only=True):
    """What a verification said, and of which plan."""

    plan_hash: str
    ok: bool
    says: str = ""
    deeds: tuple[Deed, ...] = ()  # of its raw SQL steps
    artifacts: tuple[ArtifactTrial, ...] = ()
    rates: Rates = Rates()  # of the shadow


def judged(plan: Plan, verified: Verified | None) -> Plan:
    """The plan with the verdicts that a verification of exactly this plan gives.

    Its hash is the same: what runs is. How long steps take is estimated by what the shadow did,
    unless the target's own history says. Without such a verification, or after one that failed,
    raw SQL keeps the level of what nobody has seen, and says why nobody could. An artifact that
    was restored on the shadow and found equal makes `destructive` `medium`; one that came back
    as another thing makes its step `destructive`.
    """
    if verified is None or verified.plan_hash != plan.hash:
        return plan
    deeds = {deed.step: deed for deed in verified.deeds}
    if not verified.ok:
        steps = tuple(_unobserved(step, deeds.get(step.number)) for step in plan.steps)
        return msgspec.structs.replace(plan, steps=steps)
    tested = {one.step: one for one in verified.artifacts}
    steps = tuple(
        _recoverable(_judged(step, deeds.get(step.number)), tested.get(step.number))
        for step in estimated(plan, verified.rates).steps
    )
    return msgspec.structs.replace(plan, steps=steps)


def _unobserved(step: Step, deed: Deed | None) -> Step:
    if deed is None or not deed.unobserved or not step.is_script:
        return step
    kept = [reason for reason in step.verdict.reasons if reason.code != RAW_SQL.code]
    return msgspec.structs.replace(step, verdict=judge((*deed.reasons, *kept), Facts()))


def _judged(step: Step, deed: Deed | None) -> Step:
    if deed is None or not step.is_script:
        return step
    said = [
        _spared(_undoing(r, deed), deed) for r in step.verdict.reasons if r.code != RAW_SQL.code
    ]
    seen = {(r.code, r.evidence): r for r in (*said, *deed.reasons)}
    lost = any(r.code in _LOSING and r.level is Level.DESTRUCTIVE for r in deed.reasons)
    return msgspec.structs.replace(
        step,
        verdict=judge(seen.values(), Facts()),
        facts=msgspec.structs.replace(step.facts, answers=deed.answers),
        lost=lost or step.lost,
        seen_locks=deed.locked,
    )


def _recoverable(step: Step, tested: ArtifactTrial | None) -> Step:
    if tested is None or step.park is None:
        return step
    reasons = tuple(_tested(reason, tested) for reason in step.verdict.reasons)
    return msgspec.structs.replace(step, verdict=judge(reasons, Facts()))


def _tested(reason: Reason, tested: ArtifactTrial) -> Reason:
    """Once: a plan that was judged already says so."""
    parks = reason.code.startswith(("parks_column", "parks_table", "archives_"))
    lost = reason.level is Level.DESTRUCTIVE
    if not (parks or lost) or tested.says in reason.evidence:
        return reason
    level, said = reason.level, tested.says
    if lost and tested.equal:
        level, said = Level.MEDIUM, f"destructive, tested artifact: medium ({tested.says})"
    elif tested.compared and not tested.equal:
        level = Level.DESTRUCTIVE
    return Reason(code=reason.code, level=level, evidence=f"{reason.evidence}; {said}")


def _spared(reason: Reason, deed: Deed) -> Reason:
    """Words that take rows away, where none were there to be taken; they ask for consent still."""
    if reason.code != RAW_SQL_LOSES_DATA.code or not deed.spared or deed.spared in reason.evidence:
        return reason
    evidence = f"{reason.evidence}; {deed.spared}"
    return Reason(code=reason.code, level=deed.spared_level, evidence=evidence)


_LOSING = (RAW_SQL_LOSES_DATA.code, "drops_table_with_data", "drops_column_with_data")


def _undoing(reason: Reason, deed: Deed) -> Reason:
    """Where nothing was changed nothing has to be undone, as far as that was seen."""
    blind = next((r.level for r in deed.reasons if r.code == RAW_SQL.code), Level.HIGH)
    if reason.code != NO_INVERSE.code or deed.changed == "something" or blind is Level.HIGH:
        return reason
    if deed.changed == "comments":
        return NO_INVERSE.because("only comments were changed", level=Level.LOW)
    return NO_INVERSE.because("it changed nothing on the shadow", level=blind)
