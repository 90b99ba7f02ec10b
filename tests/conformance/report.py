"""What the results of many cases come to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.conformance.harness import Outcome, Result

GOOD = frozenset({Outcome.IDENTICAL})
SHOWN = 25


def ratio(results: Sequence[Result]) -> float:
    """How many ended identical, of those that were judged."""
    judged = [result for result in results if result.outcome is not Outcome.UNLOADED]
    return sum(result.outcome in GOOD for result in judged) / max(len(judged), 1)


def table(results: Sequence[Result]) -> Iterator[str]:
    """One line for each suite and major, and one for all."""
    outcomes = [outcome for outcome in Outcome if any(r.outcome is outcome for r in results)]
    yield f"{'suite':24}{'runs':>6}" + "".join(f"{outcome:>11}" for outcome in outcomes)
    groups: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda r: (r.suite, r.major)):
        groups.setdefault(f"{result.suite} on {result.major}", []).append(result)
    for name, group in [*groups.items(), ("all", results)]:
        counts = Counter(result.outcome for result in group)
        cells = "".join(f"{counts[outcome]:>11}" for outcome in outcomes)
        yield f"{name:24}{len(group):>6}{cells}   {ratio(group):6.1%}"


def reasons(results: Iterable[Result]) -> Iterator[str]:
    """The commonest of what is no good outcome, names left out."""
    counts = Counter((r.outcome, _reason(r)) for r in results if r.outcome not in GOOD)
    for (outcome, reason), count in counts.most_common(SHOWN):
        yield f"{count:>5}  {outcome:10} {reason}"


def full(result: Result) -> str:
    """One result with all that is known of it."""
    head = f"== {result.case} {result.direction} on {result.major}: {result.outcome}"
    said = [
        f"{name}: {getattr(result, name)}"
        for name in ("sqlstate", "statement", "detail")
        if getattr(result, name)
    ]
    return "\n".join([head, *said])


def _reason(result: Result) -> str:
    if result.outcome is Outcome.REFUSED:
        left = re.search(r"Left over: (.*)", result.detail)
        said = left[1] if left else result.detail.partition("\n")[0]
        return ", ".join(sorted({_kind(thing) for thing in said.split(", ")}))
    if result.outcome is Outcome.FAILED:
        return f"{result.sqlstate} " + re.sub(r'"[^"]*"', '"…"', result.detail.partition("\n")[0])
    return re.sub(r"\s+", " ", result.detail)[:110]


def _kind(thing: str) -> str:
    """ "index public.i" -> "index"; where no name is known, the whole."""
    words = [word for word in thing.split() if "." not in word and '"' not in word]
    return " ".join(words) if len(words) < len(thing.split()) else thing
