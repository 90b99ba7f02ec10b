"""The matrix in docs/reliability.md is the one that the tests hold the product to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.matrix import MOMENTS, TABLE, Outcome

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- matrix -->\n", "<!-- /matrix -->\n"
WORDS = {
    Outcome.NOTHING: "nothing",
    Outcome.ROLLED_BACK: "rolled back",
    Outcome.DONE_ROW: "row",
    Outcome.CATALOG: "catalog",
    Outcome.CURSOR: "cursor",
    Outcome.REFUSED: "refused",
    Outcome.WENT_ON: "went on",
    None: "-",
}


def written() -> str:
    lines = [f"{number}. {moment.name}" for number, moment in enumerate(MOMENTS, start=1)]
    lines += ["", f"| fault | {' | '.join(str(n) for n in range(1, len(MOMENTS) + 1))} |"]
    lines.append("|---" * (len(MOMENTS) + 1) + "|")
    lines += [
        f"| {fault} | {' | '.join(WORDS[outcome] for outcome in row)} |"
        for fault, row in TABLE.items()
    ]
    return "\n".join(lines) + "\n"


def test_the_matrix_is_written_down_as_it_is(request: pytest.FixtureRequest) -> None:
    head, _, rest = DOCUMENT.read_text().partition(BEGIN)
    found, _, tail = rest.partition(END)
    if request.config.getoption("--golden"):
        DOCUMENT.write_text(f"{head}{BEGIN}{written()}{END}{tail}")
        found = written()
    assert found == written()
