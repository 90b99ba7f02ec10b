"""Sequences that come to their end: by limits that are changed, or by rows that are numbered."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Facts, Probe, human_count
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import RUNS_OUT_OF_NUMBERS, SEQUENCE_CYCLES, Reason
from migrate_core.schema import sequence_limits as limits
from migrate_core.schema.objects import SequenceOptions

FEW = 1000  # numbers
NEARLY = 0.8  # of all that it gives
CERTAIN = 1.2  # times as many rows as numbers, where rows are estimated
NEAR_END, OUTSIDE = "near_end", "outside_limits"


def near_end(name: QualifiedName, old: SequenceOptions, new: SequenceOptions) -> tuple[Probe, ...]:
    """Whether few numbers are left, or little of what was given out; asked where that is new."""
    if not limits.tightens(old, new):
        return ()
    up = new.increment > 0
    left, gone = ("{max} - last_value", "last_value - {min}")[:: 1 if up else -1]
    where = f"last_value BETWEEN {{min}} AND {{max}} AND {left} < greatest({{few}}, ({gone}) / 10)"
    values = {
        "min": raw(f"{new.min}::numeric"),
        "max": raw(f"{new.max}::numeric"),
        "few": raw(str(FEW * abs(new.increment))),
    }
    end = new.max if up else new.min
    return (
        Probe(
            fact=NEAR_END,
            question="sequence is near its new end",
            query=ddl(f"SELECT count(*) FROM {{name}} WHERE {where}", name=name, **values),
            sample=ddl(
                f"SELECT last_value || {{of}} FROM {{name}} WHERE {where}",
                name=name,
                of=raw(f"' of {end}'"),
                **values,
            ),
            blocks=False,
        ),
    )


def outside(name: QualifiedName, new: SequenceOptions) -> Probe:
    query = ddl(
        "SELECT count(*) FROM {name} WHERE last_value NOT BETWEEN {min} AND {max}",
        name=name,
        min=raw(str(new.min)),
        max=raw(str(new.max)),
    )
    question = "sequence stands outside the new limits"
    return Probe(fact=OUTSIDE, question=question, query=query, blocks=False)


def comes_to_its_end(facts: Facts) -> Iterator[Reason]:
    answer = next((a for a in facts.answers if a.fact == NEAR_END), None)
    if answer is not None and answer.count is None:
        yield RUNS_OUT_OF_NUMBERS.because(f"where it stands is not known: {answer.error}")
    elif answer is not None and answer.count:
        yield RUNS_OUT_OF_NUMBERS.because(f"it stands at {', '.join(answer.sample) or 'its end'}")


def cycles(old: SequenceOptions | None, new: SequenceOptions) -> Iterator[Reason]:
    if limits.begins_again(old, new):
        first, last = (new.min, new.max)[:: 1 if new.increment > 0 else -1]
        yield SEQUENCE_CYCLES.because(f"after {last:,} it gives {first:,} and so on once more")


def too_many_rows(room: int | None, facts: Facts) -> Iterator[Reason]:
    """`room`: numbers for the rows of today, and for those to come; None: enough."""
    if room is None or facts.is_empty:
        return
    rows, size = facts.rows, facts.size
    given = f"{human_count(room)} numbers for {facts.describe()}"
    if rows is None:
        if room < 2**31 - 1:
            yield RUNS_OUT_OF_NUMBERS.because(given)
    elif rows > room * (1 if size and size.exact else CERTAIN):
        yield RUNS_OUT_OF_NUMBERS.because(f"{given}: it fails half way", level=Level.BLOCKED)
    elif rows > room * NEARLY:
        yield RUNS_OUT_OF_NUMBERS.because(given)
