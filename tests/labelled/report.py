"""How far verdicts and labels agree, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.labelled.judge import Judged
from tests.labelled.labels import Half, Label, Set

# What the context of a step decides, beside the step itself.
CONTEXTS = (
    "created in the plan",
    "empty table",
    "a table nobody reads",
    "transaction grouping",
    "sequences across steps",
)


def report(
    judged: Sequence[Judged], of: Set = Set.FIRST, *, everything: bool = False
) -> Iterator[str]:
    for one in judged:
        if everything or not one.is_right:
            yield one.in_words()
    yield ""
    if of is not Set.FIRST:
        yield from _of(of.value, judged)
        for large in (False, True):
            some = [o for o in judged if o.trial.case.label is Label.BY_SIZE]
            yield from _of(
                f"of these by size, {'large' if large else 'small'}",
                [one for one in some if one.trial.large is large],
                names=False,
            )
        return
    for half in Half:
        yield from _of(half, [one for one in judged if one.trial.case.half is half])


def _of(title: str, judged: Sequence[Judged], *, names: bool = True) -> Iterator[str]:
    if not judged:
        return
    dangerous = [one for one in judged if one.trial.is_dangerous]
    safe = [one for one in judged if not one.trial.is_dangerous]
    missed = [one.trial.name for one in dangerous if one.is_missed]
    alarms = [one.trial.name for one in safe if one.is_false_alarm]
    yield f"{title}: {len({one.trial.case.name for one in judged})} migrations"
    yield f"  recall on dangerous: {_share(len(dangerous) - len(missed), len(dangerous))}"
    yield f"  false alarms on safe: {_share(len(alarms), len(safe))}"
    yield f"  level and reasons as written: {_share(sum(o.is_right for o in judged), len(judged))}"
    if not names:
        return
    for context in CONTEXTS:
        of = [one for one in judged if context in one.trial.case.covers]
        if of:
            yield f"  {context}: {_share(sum(one.is_right for one in of), len(of))}"
    yield from (f"  missed: {name}" for name in missed)
    yield from (f"  false alarm: {name}" for name in alarms)


def _share(some: int, of: int) -> str:
    return f"{some} of {of}" + (f" ({some / of:.1%})" if of else "")
