from __future__ import annotations

import pytest

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Answer, Facts, TableSize
from migrate_core.risk.hindrances import hindrances
from migrate_core.risk.verdict import judge


def facts(count: int | None, error: str = "") -> Facts:
    question = "parked tables are in it"
    answer = Answer(fact="parked", question=question, count=count, sample=("a", "b"), error=error)
    return Facts(answers=(answer,))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (facts(0), []),
        (facts(2), ["2 parked tables are in it, such as a, b"]),
        (facts(None, "it took too long"), ["it took too long"]),
        (Facts(), ["parked was not asked"]),
    ],
)
def test_what_stands_in_the_way_is_said(found: Facts, said: list[str]) -> None:
    assert [reason.evidence for reason in hindrances(found, "parked")] == said


def test_an_empty_table_makes_no_hindrance_go_away() -> None:
    size = TableSize(table=QualifiedName("public", "t"), rows=0, exact=True)
    found = Facts(size=size, answers=facts(1).answers)

    assert judge(hindrances(found, "parked"), found).level == "blocked"
