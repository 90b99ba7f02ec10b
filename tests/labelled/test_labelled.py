"""Migrations whose danger a DBA has judged: the verdicts have to say the same.

Each is compared with what was written of it, and no share of wrong ones is allowed for: what is
judged otherwise stands in the set's known.yaml, and nowhere else. Whoever mends one takes it off
the list; a label is not changed to fit a verdict.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence

import pytest
from psycopg import Connection

from tests.labelled.judge import Judge
from tests.labelled.labels import Half, Label, Set, Trial, cases, trials

# Trials that are drawn by the seed: judged as labelled, and otherwise.
SAMPLES = {
    Set.FIRST: (24, 1),
    Set.INDEPENDENT: (10, 2),
    Set.FRESH: (8, 2),
    Set.BLIND: (8, 2),
    Set.SEALED: (8, 2),
    Set.UNSEEN: (8, 1),
    Set.UNREAD: (8, 2),
    Set.UNTOLD: (8, 2),
}
# Cases at least: dangerous, safe, and safe or not by size.
SIZES = {
    Set.FIRST: (60, 40, 10),
    Set.INDEPENDENT: (50, 60, 20),
    Set.FRESH: (40, 50, 20),
    Set.BLIND: (45, 70, 25),
    Set.SEALED: (45, 55, 15),
    Set.UNSEEN: (45, 55, 15),
    Set.UNREAD: (45, 55, 15),
    Set.UNTOLD: (45, 55, 15),
}
every_set = pytest.mark.parametrize("of", Set)


@pytest.mark.db
@every_set
def test_verdicts_are_what_a_dba_says(
    of: Set, make_db: Callable[..., Connection], major: int, seed: int, full: bool
) -> None:
    known = of.known.missed | of.known.false_alarms
    chosen = trials(major, of) if full else _drawn(trials(major, of), of, seed, major)
    judge = Judge(make_db(), of)

    judged = [judge.judge(trial) for trial in chosen]

    wrong = {one.trial.name: one.in_words() for one in judged if not one.is_right}
    assert {name: said for name, said in wrong.items() if name not in known} == {}
    mended = [one.trial.name for one in judged if one.is_right and one.trial.name in known]
    assert mended == [], "take these off the list"


@every_set
def test_a_set_is_as_large_and_as_spread_as_it_was_asked_for(of: Set) -> None:
    found = cases(of)
    count = tuple(sum(case.label is label for case in found) for label in Label)

    assert len({case.name for case in found}) == len(found)
    assert all(many >= least for many, least in zip(count, SIZES[of], strict=True)), count
    assert all(case.says for case in found)


@every_set
def test_what_is_known_to_be_wrong_is_in_the_set(of: Set) -> None:
    dangerous = {trial.name: trial.is_dangerous for trial in trials(18, of)}

    assert {name for name in of.known.missed if not dangerous[name]} == set()
    assert {name for name in of.known.false_alarms if dangerous[name]} == set()


def test_about_half_of_the_first_set_was_held_out() -> None:
    """A hash of the name decides, whatever comes of it."""
    found = cases()

    assert sum(case.half is Half.HELD_OUT for case in found) / len(found) > 0.4
    for label in Label:
        some = [case for case in found if case.label is label]
        held = sum(case.half is Half.HELD_OUT for case in some)
        assert 0.25 < held / len(some) < 0.75, label


def _drawn(found: Sequence[Trial], of: Set, seed: int, major: int) -> Sequence[Trial]:
    """A third of them on a major beside the usual one."""
    draw = random.Random(f"{seed} {major}")
    known = of.known.missed | of.known.false_alarms
    right = [trial for trial in found if trial.name not in known]
    wrong = [trial for trial in found if trial.name in known]
    part = 1 if major == int(os.environ["ZANITH_TEST_MAJOR"]) else 3
    most, most_known = (-(-many // part) for many in SAMPLES[of])
    return [*draw.sample(right, most), *draw.sample(wrong, min(most_known, len(wrong)))]
