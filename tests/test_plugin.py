"""Which PostgreSQL the tests of a session run on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from studio import majors
from tests import plugin

ROOT = Path(__file__).resolve().parent.parent
OWN = int(os.environ["ZANITH_TEST_MAJOR"])
MakeDbOn = Callable[..., Connection[Any]]


def test_a_test_that_takes_a_database_is_marked(request: pytest.FixtureRequest) -> None:
    items = [item for item in request.session.items if item.path == Path(__file__)]
    marked = {item.name.partition("[")[0] for item in items if item.get_closest_marker("pg")}

    assert request.node.name not in marked
    chosen = {item.name.partition("[")[0] for item in items}
    assert marked == {"test_majors_are_those_of_the_session", "test_since"} & chosen


def test_majors_are_those_of_the_session(make_db_on: MakeDbOn, major: int) -> None:
    wanted = majors.matrix()
    assert sorted(plugin.bin_folders()) == list(wanted) if wanted else OWN in plugin.bin_folders()

    assert make_db_on(major).info.server_version // 10_000 == major


@pytest.mark.since(OWN)
def test_since(major: int) -> None:
    assert major >= OWN


@pytest.mark.since(OWN + 1)
def test_what_needs_a_newer_server_is_not_selected() -> None:
    raise AssertionError("the session's own server is older than that")


@pytest.mark.parametrize(
    ("matrix", "says"),
    [
        ("98,99", "no package with PostgreSQL 99 is known for "),
        ("12", "names what is no PostgreSQL from 14 on: 12"),
    ],
)
def test_a_session_ends_where_a_major_cannot_be_had(matrix: str, says: str) -> None:
    # A session of its own, also where this one is a worker's.
    alone = {name: value for name, value in os.environ.items() if "PYTEST" not in name}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", __file__],
        cwd=ROOT,
        env={**alone, majors.MATRIX: matrix},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    assert says in done.stderr
