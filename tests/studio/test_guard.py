"""A child never outlives the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from studio.children import GUARD

# Starts a guarded child that says its number and then waits for ever.
PARENT = """
import os, subprocess, sys
child = [sys.executable, "-c", os.environ["CHILD"]]
guard = [sys.executable, "-I", "-S", sys.argv[1], "--parent", str(os.getpid()), "--signal", "15"]
process = subprocess.Popen([*guard, *sys.argv[2:], "--", *child], stdin=subprocess.PIPE)
process.wait()
"""


CHILD = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {CHILD}"


def kill_the_parent(*options: str, child: str = CHILD) -> None:
    """Returns when the child has ended: the pipe it printed to has no writer left then."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(GUARD), *options],
        stdout=subprocess.PIPE,
        env={**os.environ, "CHILD": child},
        start_new_session=True,
    )
    assert parent.stdout is not None
    os.kill(int(parent.stdout.readline()), 0)
    parent.kill()
    parent.wait()
    assert parent.stdout.read() == b""
    parent.stdout.close()


def test_the_kernel_ends_the_child_of_a_killed_parent() -> None:
    kill_the_parent()


def test_the_pipe_ends_the_child_of_a_killed_parent_elsewhere() -> None:
    kill_the_parent("--watch")


def test_a_child_that_does_not_listen_is_killed_after_its_grace() -> None:
    kill_the_parent("--watch", "--grace", "0.2", child=DEAF)


def run_guarded(command: Sequence[str], *options: str, parent: int = 0) -> tuple[bytes, int]:
    """What it prints and how it ends, while the supervisor's pipe stays open."""
    guard = [sys.executable, "-I", "-S", str(GUARD), "--parent", str(parent or os.getpid())]
    reader, writer = os.pipe()
    done = subprocess.run(
        [*guard, "--signal", str(int(signal.SIGTERM)), *options, "--", *command],
        stdin=reader,
        stdout=subprocess.PIPE,
        check=False,
    )
    os.close(reader)
    os.close(writer)
    return done.stdout, done.returncode


@pytest.mark.parametrize("options", [(), ("--watch",)])
def test_the_command_gets_its_own_options_and_its_exit_code_comes_back(
    options: tuple[str, ...],
) -> None:
    told = run_guarded(["/bin/sh", "-c", "echo --signal; exit 7"], *options)

    assert told == (b"--signal\n", 7)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_watched_child_seems_to_end_by_its_own_signal(number: signal.Signals) -> None:
    told = run_guarded(["/bin/sh", "-c", f"kill -{int(number)} $$"], "--watch")

    assert told == (b"", -number)


def test_a_parent_that_died_first_starts_nothing(tmp_path: Path) -> None:
    touched = tmp_path / "touched"

    _, code = run_guarded(["/bin/touch", str(touched)], parent=1)

    assert code == 1
    assert not touched.exists()
