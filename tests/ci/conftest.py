from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ci.forge import TOKEN, Forge, serving
from tests.migrate_core.cli.conftest import shop as shop  # a fixture, shared

ROOT = Path(__file__).parents[2]
CI = ROOT / "ci"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def forge() -> Iterator[Forge]:
    with serving() as made:
        yield made


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def github(forge: Forge, out: Path) -> dict[str, str]:
    return {
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_TOKEN": TOKEN,
        "ZANITH_OUT": str(out),
    }


@pytest.fixture
def gitlab(forge: Forge, out: Path) -> dict[str, str]:
    return {
        "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "7",
        "ZANITH_GITLAB_TOKEN": TOKEN,
        "ZANITH_OUT": str(out),
    }


@pytest.fixture
def sh(tmp_path: Path) -> Run:
    """Runs a script as a CI system does: its environment holds what is given, and `zanith`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "zanith"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m migrate_core.cli "$@"\n')
    command.chmod(0o755)
    inherited = ("HOME", "TMPDIR", "SHADOW_URL", "ZANITH_TARGET_URL", "ZANITH_PG_BIN")
    ours = {"PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}

    def run(
        *argv: str | Path, environment: dict[str, str], shell: str = "sh", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        base = {name: os.environ[name] for name in inherited if name in os.environ}
        return subprocess.run(
            [shell, *map(str, argv)],
            env=base | ours | environment,
            cwd=cwd or Path.cwd(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run
