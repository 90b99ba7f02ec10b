"""What a rehearsal found, as values."""

from __future__ import annotations

import re
from typing import Literal

from migrate_core.declared.kept import Kept
from migrate_core.declared.mirror import Mirrored
from migrate_core.pg.locks import LockMode
from migrate_core.planning.verified import ArtifactTrial, Deed, Verified
from migrate_core.risk.codes import Reason
from migrate_core.risk.levels import Level
from migrate_core.risk.rates import Rates
from migrate_core.schema.objects import Value
from migrate_core.verify.rows import Sample

Baseline = Literal["pg_dump", "graph", ""]
SHOWN = 20  # differences in a sentence
_HEAD = re.compile(r"^(DETAIL|STILL TRUE|HINT): ")


class StageReport(Value, frozen=True, kw_only=True):
    """One of provision, apply, introspect, diff, pg_dump; artifacts, where there are any, and
    throughput, where a step takes long."""

    name: str
    ok: bool
    elapsed_ms: int = 0
    notes: tuple[str, ...] = ()


class Difference(Value, frozen=True, kw_only=True):
    """What one object is and was not to be, or the other way round."""

    object: str  # "column public.users.email"
    what: str  # "type is text, declared varchar(10)"


class RelationLock(Value, frozen=True, kw_only=True):
    relation: str
    mode: LockMode


class StatementLocks(Value, frozen=True, kw_only=True):
    """What one statement of the plan really took, beside what it said it would.

    Only relations that were there before it: nobody else can wait for the others.
    `scanned` are those that were read from end to end; a table without rows is, too.
    """

    step: int
    sql: str
    declared: tuple[RelationLock, ...] = ()
    declared_rewrite: bool = False
    declared_scan: bool = False
    observed: tuple[RelationLock, ...] = ()
    rewrote: tuple[str, ...] = ()
    scanned: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()  # more than was declared: it fails the rehearsal
    remarks: tuple[str, ...] = ()  # less than was declared
    note: str = ""  # how it was observed, or why it could not be

    @property
    def ok(self) -> bool:
        return not self.problems


class Observed(Value, frozen=True, kw_only=True):
    locks: tuple[StatementLocks, ...] = ()


class Judgement(Value, frozen=True, kw_only=True):
    """pg_dump's opinion, which shares no code with ours. `agrees` None: it was not asked."""

    agrees: bool | None = None
    diff: str = ""  # unified: - is the declared schema, + the rehearsal's
    note: str = ""  # why it was not asked, or what it does not look at

    @property
    def says(self) -> str:
        said = {True: "pg_dump agrees", False: "pg_dump disagrees", None: "pg_dump was not asked"}
        return f"{said[self.agrees]}: {self.note}"


class VerifyReport(Value, frozen=True, kw_only=True):
    plan_hash: str
    ok: bool
    stages: tuple[StageReport, ...] = ()
    differences: tuple[Difference, ...] = ()
    locks: tuple[StatementLocks, ...] = ()
    deeds: tuple[Deed, ...] = ()  # of raw SQL steps: judged by what they did
    artifacts: tuple[ArtifactTrial, ...] = ()
    judgement: Judgement = Judgement()
    baseline: Baseline = ""  # how the starting point was made
    shape: str = "throw-away database on a separate server"
    mirrored: tuple[Mirrored, ...] = ()  # what the target has besides objects
    sample: Sample | None = None  # rows of the target that the plan met
    kept: Kept | None = None
    rates: Rates = Rates()  # of the shadow, where any was measured
    elapsed_ms: int = 0

    @property
    def says(self) -> str:
        """One line: nothing left over, or what went wrong first."""
        if self.ok:
            return f"rehearsed in {self.elapsed_ms / 1000:.1f} s, nothing left over"
        for stage in self.stages:
            if not stage.ok and stage.name not in ("diff", "pg_dump"):
                return f"{stage.name}: {stage.notes[-1].splitlines()[0] if stage.notes else ''}"
        if self.differences:
            first, more = self.differences[0], len(self.differences) - 1
            rest = f" and {more} more" if more else ""
            return f"drift: {first.object}: {first.what}{rest}"
        if self.judgement.agrees is False:
            return "drift: pg_dump sees a difference that introspection does not"
        problems = [problem for found in self.locks for problem in found.problems]
        return problems[0] if problems else "the rehearsal did not end as declared"

    @property
    def was_held(self) -> bool:
        """Whether the plan was run at all: else it speaks of the shadow, not of the plan."""
        return any(stage.name == "apply" for stage in self.stages)

    @property
    def detail(self) -> str:
        """What is left over, or PostgreSQL's own words on what stopped it; "" where all is well."""
        if self.differences:
            return "; ".join(f"{one.object}: {one.what}" for one in self.differences[:SHOWN])
        notes = (note for stage in self.stages if not stage.ok for note in stage.notes[-1:])
        lines = next(notes, "").splitlines()[1:]
        said = [_HEAD.sub("", line) for line in lines if not line.startswith("SQLSTATE: ")]
        state = [f"({line})" for line in lines if line.startswith("SQLSTATE: ")]
        return " ".join((*said, *state))

    @property
    def blocked(self) -> tuple[tuple[int, Reason], ...]:
        """Steps of raw SQL that would fail in the target, as its rows answered, and why."""
        return tuple(
            (deed.step, reason)
            for deed in self.deeds
            for reason in deed.reasons
            if reason.level is Level.BLOCKED
        )

    @property
    def verified(self) -> Verified:
        """As gate 4 asks for it."""
        return Verified(
            plan_hash=self.plan_hash,
            ok=self.ok,
            says=self.says,
            deeds=self.deeds,
            artifacts=self.artifacts,
            rates=self.rates,
        )
