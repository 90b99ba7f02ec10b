"""docs/reasons/: a page for each code and the index; written by `--golden`."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate_core.risk.codes import REASONS
from migrate_core.risk.pages.markdown import index, markdown, plain

FOLDER = Path(__file__).parents[3] / "docs" / "reasons"


def written() -> dict[str, str]:
    return {"README.md": index(), **{f"{code}.md": markdown(code) for code in REASONS}}


def test_the_documents_are_the_pages(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--golden"):
        FOLDER.mkdir(exist_ok=True)
        for name, text in written().items():
            (FOLDER / name).write_text(text)
    found = {file.name: file.read_text() for file in FOLDER.iterdir()}

    assert found == written()


def test_a_terminal_gets_no_links() -> None:
    assert "](" in markdown("changes_column_type")
    assert "](" not in plain("changes_column_type")
