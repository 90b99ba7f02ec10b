"""Plan and verification together: what a step scores once it was seen at work."""

from __future__ import annotations

from typing import Literal

import msgspec

from migrate_core.planning.plan import Plan, Step
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
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


class Verified(Value, frozen=True, kw_only=True):
    """What a verification said, and of which plan."""

    plan_hash: str
    ok: bool
    says: str = ""
    deeds: tuple[Deed, ...] = ()  # of its raw SQL steps


def judged(plan: Plan, verified: Verified | None) -> Plan:
    """The plan with the verdicts that a verification of exactly this plan gives.

    Its hash is the same: what runs is. Without such a verification, or after one that failed,
    raw SQL keeps the level of what nobody has seen.
    """
    if verified is None or not verified.ok or verified.plan_hash != plan.hash:
        return plan
    deeds = {deed.step: deed for deed in verified.deeds}
    steps = tuple(_judged(step, deeds.get(step.number)) for step in plan.steps)
    return msgspec.structs.replace(plan, steps=steps)


def _judged(step: Step, deed: Deed | None) -> Step:
    if deed is None or not step.is_script:
        return step
    said = [_undoing(r, deed) for r in step.verdict.reasons if r.code != RAW_SQL.code]
    seen = {(r.code, r.evidence): r for r in (*said, *deed.reasons)}
    lost = any(r.code in _LOSING and r.level is Level.DESTRUCTIVE for r in deed.reasons)
    return msgspec.structs.replace(
        step, verdict=judge(seen.values(), Facts()), lost=lost or step.lost
    )


_LOSING = (RAW_SQL_LOSES_DATA.code, "drops_table_with_data", "drops_column_with_data")


def _undoing(reason: Reason, deed: Deed) -> Reason:
    """Where nothing was changed nothing has to be undone."""
    if reason.code != NO_INVERSE.code or deed.changed == "something":
        return reason
    if deed.changed == "comments":
        return NO_INVERSE.because("only comments were changed", level=Level.LOW)
    return NO_INVERSE.because("it changed nothing on the shadow", level=Level.SAFE)
