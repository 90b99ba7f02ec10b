"""The optional linter's notes on raw SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate_core.api import squawk

INDEX = "SELECT 1;\nCREATE INDEX i ON users (a)"


def test_its_findings_become_notes_with_their_line() -> None:
    found = squawk.notes(INDEX)

    assert [said.split(": ")[:2] for said in found] == [
        ["squawk, line 2", "require-concurrent-index-creation"]
    ]


def test_what_the_runner_sees_to_is_left_out() -> None:
    assert squawk.notes("ALTER TABLE users ADD note text") == ()


def test_without_it_there_are_no_notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    assert squawk.program() is None
    assert squawk.notes(INDEX) == ()


def test_an_answer_that_cannot_be_read_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "squawk"
    broken.write_text("#!/bin/sh\necho no\n")
    broken.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))

    assert squawk.program() == str(broken)
    assert squawk.notes(INDEX) == ()
