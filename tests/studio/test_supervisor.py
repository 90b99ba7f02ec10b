"""What is restarted, what ends everything, in which order things stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio import children, supervisor
from studio.children import Command
from studio.supervisor import Child, ChildEndedError, Supervisor

SLEEP = "import time; time.sleep(600)"


class StopError(Exception):
    """What a signal's handler raises into watch()."""


class Listener:
    """Hears what is said, and ends watch() at a line that starts like this."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.until = ""

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        if self.until and line.strip().startswith(self.until):
            raise StopError


@pytest.fixture
def heard() -> Listener:
    return Listener()


@pytest.fixture
def overseer(heard: Listener) -> Iterator[Supervisor]:
    overseer = Supervisor(heard)
    yield overseer
    heard.until = ""
    overseer.stop_all()


def command(folder: Path, name: str, code: str) -> Command:
    return Command(
        name=name,
        argv=(sys.executable, "-S", "-c", code),
        environment=dict(os.environ),
        folder=folder,
        log=folder / f"{name}.log",
        grace_seconds=5,
    )


def test_a_process_that_ends_is_started_again_and_a_line_says_so(
    overseer: Supervisor, heard: Listener, tmp_path: Path
) -> None:
    code = (
        f"import pathlib, sys; p = pathlib.Path({str(tmp_path / 'n')!r}); n = p.exists(); p.touch()"
    )
    overseer.start(command(tmp_path, "web", f"{code}; sys.exit(3) if not n else None; {SLEEP}"))
    heard.until = "web ended"

    with pytest.raises(StopError):
        overseer.watch()
    heard.until = ""
    (child,) = overseer.children
    first = child.process
    while child.process is first:
        overseer._look_after(child)

    assert heard.lines == [
        f"  web ended with exit code 3; starting it again in 0.5 s (log: {tmp_path / 'web.log'})"
    ]
    assert child.process.poll() is None


def test_the_pause_doubles_up_to_a_limit_and_a_long_life_resets_it(tmp_path: Path) -> None:
    child = Child.__new__(Child)
    child.pause_seconds, child.started = supervisor.FIRST_PAUSE_SECONDS, float("inf")

    assert [child.next_pause() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    child.started = float("-inf")
    assert child.next_pause() == 0.5


def test_a_server_that_ends_ends_everything_with_its_last_words(
    overseer: Supervisor, tmp_path: Path
) -> None:
    server = command(tmp_path, "postgres", "import sys; sys.exit('no space left')")
    overseer.adopt(server, children.spawn(server))

    with pytest.raises(ChildEndedError, match="postgres ended with exit code 1") as caught:
        overseer.watch()
    assert "no space left" in caught.value.detail
    assert str(server.log) in caught.value.hint


def test_while_things_start_every_end_is_a_failure(overseer: Supervisor, tmp_path: Path) -> None:
    overseer.start(command(tmp_path, "web", "import sys; sys.exit(4)"))

    with pytest.raises(ChildEndedError, match="web ended with exit code 4"):
        overseer.wait_until(lambda: False)


def test_stops_in_the_reverse_order_of_starting(
    overseer: Supervisor, heard: Listener, tmp_path: Path
) -> None:
    for name in ("one", "two", "three"):
        overseer.start(command(tmp_path, name, SLEEP))

    overseer.stop_all()

    assert [line.split()[:2] for line in heard.lines] == [
        ["stopped", "three"],
        ["stopped", "two"],
        ["stopped", "one"],
    ]


def test_one_that_does_not_listen_is_killed_with_its_children(
    overseer: Supervisor, heard: Listener, tmp_path: Path
) -> None:
    deaf = (
        "import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = os.fork(); print(child, flush=True) if child else None; time.sleep(600)"
    )
    stubborn = command(tmp_path, "stubborn", deaf)
    stubborn = children.Command(
        **{
            name: getattr(stubborn, name)
            for name in ("name", "argv", "environment", "folder", "log")
        },
        grace_seconds=0.1,
    )
    overseer.start(stubborn)
    overseer.wait_until(lambda: stubborn.log.read_text().endswith("\n"))
    grandchild = int(stubborn.log.read_text())

    overseer.stop_all()

    assert heard.lines[-1].startswith("  killed stubborn")
    until = time.monotonic() + 10  # a signal takes its moment to arrive
    while is_alive(grandchild):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_logs_are_for_their_owner_alone(overseer: Supervisor, tmp_path: Path) -> None:
    one = command(tmp_path, "one", SLEEP)
    overseer.start(one)

    assert one.log.stat().st_mode & 0o077 == 0


def test_the_worker_answers_to_sigterm_with_its_soft_shutdown(tmp_path: Path) -> None:
    worker = supervisor.worker_command({}, tmp_path / "log", ("apply",), 2)

    assert worker.environment["REMAP_SIGTERM"] == "SIGQUIT"
    assert worker.stop_signal == signal.SIGTERM
    assert worker.argv[worker.argv.index("-Q") + 1] == "apply"


def is_alive(pid: int) -> bool:
    """A killed grandchild may wait for the init process to collect it; that is not alive."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"
