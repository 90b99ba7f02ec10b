"""What a reason and a reason code are; the list of codes is in reasons/."""

from __future__ import annotations

from migrate_core.risk.levels import Level
from migrate_core.schema.objects import Value


class Reason(Value, frozen=True, kw_only=True):
    """A reason code with the evidence for it in this database."""

    code: str
    level: Level
    evidence: str = ""

    @property
    def effect(self) -> str:
        return REASONS[self.code].effect

    @property
    def safer(self) -> str:
        return REASONS[self.code].safer


class ReasonCode(Value, frozen=True, kw_only=True):
    code: str
    level: Level
    effect: str  # what happens, to whom
    safer: str  # what to do instead, or what keeps it harmless
    by_rows: bool = False  # weighs nothing on a table without rows
    costs: bool = False  # is about time and locks alone: weighs by how long they last
    by_use: bool = False  # is about who uses it: less where nobody has, nothing where none can

    def because(self, evidence: str, *, level: Level | None = None) -> Reason:
        return Reason(code=self.code, level=level or self.level, evidence=evidence)


REASONS: dict[str, ReasonCode] = {}


def code(
    name: str,
    level: Level,
    effect: str,
    safer: str,
    *,
    by_rows: bool = False,
    costs: bool = False,
    by_use: bool = False,
) -> ReasonCode:
    if name in REASONS:
        raise ValueError(f"reason code {name} is listed twice")
    made = ReasonCode(
        code=name,
        level=level,
        effect=effect,
        safer=safer,
        by_rows=by_rows,
        costs=costs,
        by_use=by_use,
    )
    REASONS[name] = made
    return made
