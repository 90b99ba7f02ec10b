"""Migrations labelled by somebody who had read neither the model's rules nor the first set.

What is judged otherwise than labelled is named in KNOWN, and nowhere else. Whoever mends one
takes it off the list; a label is not changed to fit a verdict.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from psycopg import Connection

from tests.labelled.judge import Judge
from tests.labelled.labels import Label, Set, Trial, cases, trials

SAMPLE, KNOWN_SAMPLE = 24, 6  # trials, drawn by the seed

MISSED = {
    # Both can be defended: nothing of use is counted here, and what goes can be brought back. Where
    # the table, or one beneath the view, is counted as used, these are high.
    "a view is dropped": "Its readers fail, and nobody knows who they are.",
    "a view loses a column": "Its readers fail as at a rename, which is high.",
    "audit of payments is switched off": "Medium may do where it is switched on again as fast.",
    "a trigger is dropped": "As above.",
    # The verdict is right.
    "a backfill with replicas hours behind": "It waits for them by itself.",
    "a copy of everything by triggers without a key": "Refused before it is planned.",
}
FALSE_ALARMS: dict[str, str] = {}
KNOWN = {**MISSED, **FALSE_ALARMS}


@pytest.mark.db
def test_verdicts_are_what_an_outsider_says(
    make_db: Callable[..., Connection], major: int, seed: int, full: bool
) -> None:
    chosen = _chosen(major, seed, full)
    judge = Judge(make_db(), Set.INDEPENDENT)

    judged = [judge.judge(trial) for trial in chosen]

    wrong = {one.trial.name: one.in_words() for one in judged if not one.is_right}
    assert {name: said for name, said in wrong.items() if name not in KNOWN} == {}
    mended = [one.trial.name for one in judged if one.is_right and one.trial.name in KNOWN]
    assert mended == [], "take these off the list"


def test_the_set_is_as_large_and_as_spread_as_it_was_asked_for() -> None:
    found = cases(Set.INDEPENDENT)
    count = {label: sum(case.label is label for case in found) for label in Label}

    assert len({case.name for case in found}) == len(found) >= 130
    assert count[Label.DANGEROUS] >= 50
    assert count[Label.SAFE] >= 60
    assert count[Label.BY_SIZE] >= 20
    assert all(case.says for case in found)


def test_what_is_known_to_be_wrong_is_in_the_set() -> None:
    dangerous = {trial.name: trial.is_dangerous for trial in trials(18, Set.INDEPENDENT)}

    assert {name for name in MISSED if not dangerous[name]} == set()
    assert {name for name in FALSE_ALARMS if dangerous[name]} == set()


def _chosen(major: int, seed: int, full: bool) -> Sequence[Trial]:
    found = trials(major, Set.INDEPENDENT)
    if full:
        return found
    draw = random.Random(seed)
    right = [trial for trial in found if trial.name not in KNOWN]
    known = [trial for trial in found if trial.name in KNOWN]
    return [*draw.sample(right, SAMPLE), *draw.sample(known, KNOWN_SAMPLE)]
