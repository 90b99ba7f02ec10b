"""A type that does not hold every value of the old one: whether those of today fit."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe, human_count
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import (
    CHANGES_DEFAULT,
    LOSES_EXACTNESS,
    NARROWS_COLUMN_TYPE,
    Reason,
)
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema import types
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.literals import is_beyond

_MISFITS, _ROUNDED = "misfits", "rounded"


def asked_of_values(
    graph: SchemaGraph,
    table: QualifiedName,
    column: str,
    old: str,
    new: str,
    *,
    labels: tuple[str, ...] = (),
) -> tuple[Probe, ...]:
    """Values that make the change fail, and those that it changes without a word; `labels` are
    those of the new type where it is an enum."""
    misfit = types.misfits(column, old, new)
    if misfit is not None and labels and types.is_told(old, new):
        misfit = types.unlabelled(column, labels)
    asked = (
        (_MISFITS, f"values of {column} do not fit {new}", misfit),
        (_ROUNDED, f"values of {column} are another as {new}", types.rounded(column, old, new)),
    )
    return tuple(
        Probe(
            fact=fact,
            question=question,
            query=counted(table, where),
            sample=sampled(graph, table, where),
            blocks=fact == _MISFITS,
        )
        for fact, question, where in asked
        if where is not None
    )


def fits_today(facts: Facts) -> bool:
    """As counted: nothing fails, and nothing becomes another value."""
    counts = [a.count for a in facts.answers if a.fact in (_MISFITS, _ROUNDED)]
    return bool(counts) and not any(count is None or count for count in counts)


def narrowing(facts: Facts, evidence: str, *, told: bool) -> Iterator[Reason]:
    """`told`: whether what was counted is all that can be lost. Then only later writes are left
    to fail."""
    if told and fits_today(facts):
        says = f"{evidence}; every value of today fits"
        yield NARROWS_COLUMN_TYPE.because(says, level=Level.MEDIUM)
        return
    changed = next((a for a in facts.answers if a.fact == _ROUNDED), None)
    if changed is not None and changed.count:
        some = f", such as {', '.join(changed.sample)}" if changed.sample else ""
        evidence = f"{evidence}; {human_count(changed.count)} {changed.question}{some}"
    yield NARROWS_COLUMN_TYPE.because(evidence)
    if any(answer.fact == _MISFITS for answer in facts.answers):
        yield from breaking(facts, _MISFITS)


def rounding(old: str, new: str, facts: Facts) -> Iterator[Reason]:
    """Values of today may all come back as they were; sums of them and later ones do not."""
    if types.loses_exactness(old, new):
        yield LOSES_EXACTNESS.because(f"{old} becomes {new}; {facts.describe()}")


def refusing_default(default: str | None, type_: str, base: str | None = None) -> Iterator[Reason]:
    """`base`: what it is over, where it is a domain."""
    if is_beyond(default, base or type_):
        yield CHANGES_DEFAULT.because(
            f"{type_} does not hold {default}: an INSERT that leaves the column out fails",
            level=Level.HIGH,
        )
