"""Migrations labelled by somebody who had read neither the rules nor, but for samples, other sets.

They were judged once, after the independent set had been learned from: the figures are in
benchmarks/RESULTS.md. What was judged otherwise than labelled is named in KNOWN, and nowhere
else. Whoever mends one takes it off the list; a label is not changed to fit a verdict.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from psycopg import Connection

from tests.labelled.judge import Judge
from tests.labelled.labels import Label, Set, Trial, cases, trials

SAMPLE, KNOWN_SAMPLE = 20, 5  # trials, drawn by the seed

MISSED = {
    # The label is right: somebody fails or loses a guarantee, and nobody is told before.
    "invoice numbers need not be unique": "Nothing else keeps a number from being given twice.",
    "a function takes another argument": "Its callers fail, as those of a renamed column.",
    "the agenda loses the length of an appointment": "Readers fail as at a rename, which is high.",
    "the revenue counts the invoices, too, large": "It is gone until 58 M rows are summed up.",
    # Both can be defended.
    "the index of the lines by invoice goes": "Nothing counted says that it is used.",
    "a column while a report is idle in its transaction": "The lock timeout gives up by itself.",
    "a trigger of the appointments while a writer forgot to commit": "As above.",
}
FALSE_ALARMS = {
    # The label is right.
    "script - a flag is switched on": "One row by its key, in a table of ten.",
    "script - a flag is taken away": "As above; it is a DELETE all the same.",
    "script - wards moved to other floors": "A few rows of 240.",
    "script - a copy of the drugs and then a correction": "The former values are kept beside.",
    "script - five thousand patients are corrected": "30 rows on the shadow weigh as all of them.",
    "script - the staff renamed behind a view": "The old name goes on working.",
    "script - the revenue refreshed beside its readers": "The shadow's view was never filled.",
    # The verdict is right: PostgreSQL asks a CHECK of the column again, under the lock.
    "larger amounts of the same scale": "The label forgot invoices_amount.",
    # Both can be defended.
    "the day of issue as a moment, small": "What a date means as a moment hangs on the TimeZone.",
    "a table nobody has used yet gets its right name": "It is empty, but who reads it is unknown.",
}
KNOWN = {**MISSED, **FALSE_ALARMS}
# Judged now so, now so: at times nothing is seen of what it writes outside a transaction.
WAVERS = "script - a fill in batches that commit"


@pytest.mark.db
def test_verdicts_are_what_somebody_who_saw_nothing_says(
    make_db: Callable[..., Connection], major: int, seed: int, full: bool
) -> None:
    chosen = _chosen(major, seed, full)
    judge = Judge(make_db(), Set.FRESH)

    judged = [judge.judge(trial) for trial in chosen]

    wrong = {one.trial.name: one.in_words() for one in judged if not one.is_right}
    assert {name: said for name, said in wrong.items() if name not in KNOWN} == {}
    mended = [one.trial.name for one in judged if one.is_right and one.trial.name in KNOWN]
    assert mended == [], "take these off the list"


def test_the_fresh_set_is_as_large_and_as_spread_as_it_was_asked_for() -> None:
    found = cases(Set.FRESH)
    count = {label: sum(case.label is label for case in found) for label in Label}

    assert len({case.name for case in found}) == len(found) >= 110
    assert count[Label.DANGEROUS] >= 40
    assert count[Label.SAFE] >= 50
    assert count[Label.BY_SIZE] >= 20
    assert all(case.says for case in found)


def test_what_is_known_to_be_wrong_is_in_the_fresh_set() -> None:
    dangerous = {trial.name: trial.is_dangerous for trial in trials(18, Set.FRESH)}

    assert {name for name in MISSED if not dangerous[name]} == set()
    assert {name for name in FALSE_ALARMS if dangerous[name]} == set()
    assert WAVERS in dangerous


def _chosen(major: int, seed: int, full: bool) -> Sequence[Trial]:
    found = [trial for trial in trials(major, Set.FRESH) if trial.name != WAVERS]
    if full:
        return found
    draw = random.Random(seed)
    right = [trial for trial in found if trial.name not in KNOWN]
    known = [trial for trial in found if trial.name in KNOWN]
    return [*draw.sample(right, SAMPLE), *draw.sample(known, KNOWN_SAMPLE)]
