"""The browser of the browser tests, and what a session without one says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import chromium

ROOT = Path(__file__).resolve().parent.parent
# A plain user on a machine without Chromium, as far as the session can tell.
WITHOUT = "from tests import chromium\nchromium.ensure = lambda: None\n"


@pytest.mark.db
def test_a_page_of_the_studio_opens(page: Page, studio_server: str) -> None:
    response = page.goto(f"{studio_server}/healthz")

    assert response is not None
    assert response.status == 200


def test_a_test_that_takes_a_page_is_marked(request: pytest.FixtureRequest) -> None:
    marked = {item.name: item.get_closest_marker("browser") for item in request.session.items}

    assert marked[request.node.name] is None
    assert all(mark for name, mark in marked.items() if "a_page_of_the_studio" in name)


def test_without_chromium_the_rest_runs_and_the_session_fails(tmp_path: Path) -> None:
    (tmp_path / "without.py").write_text(WITHOUT)
    chosen = "a_page_of_the_studio or sandbox"
    # A session of its own, also where this one is a worker's.
    alone = {name: value for name, value in os.environ.items() if "PYTEST" not in name}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "without", __file__, "-k", chosen],
        cwd=ROOT,
        env={**alone, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stdout
    assert "1 tests need Chromium. On Debian and Ubuntu, once: sudo apt-get install" in done.stdout
    assert "1 passed" in done.stdout


def test_only_root_gives_up_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "--no-sandbox" not in chromium.launch_arguments()

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--no-sandbox" in chromium.launch_arguments()
