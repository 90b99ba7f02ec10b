"""`python3 manage.py demo`, started, stopped, killed and started again for real."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from studio import stack
from studio.embedded import Postgres
from studio.server import temporary_folder

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.db
WAIT_SECONDS = 60
# The demo under test embeds everything itself, as on a fresh machine.
FOREIGN = ("DATABASE_URL", "SHADOW_URL", "REDIS_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")


class Demo:
    """One state folder and the demos started on it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.process: subprocess.Popen[str] | None = None

    def launch(self, *arguments: str) -> subprocess.Popen[str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in FOREIGN and not name.startswith("ZANITH_")
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", *arguments],
            cwd=ROOT,
            env={**kept, "ZANITH_STATE": str(self.state)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self.process

    def start(self, *arguments: str) -> str:
        """The address, when it is ready."""
        process = self.launch("--port", str(free_port()), *arguments)
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.match(r"Open (http://\S+)", line):
                return found[1]
        raise AssertionError(process.communicate()[1])

    def stop(self, number: signal.Signals = signal.SIGINT) -> str:
        """What it says while it stops."""
        assert self.process is not None
        self.process.send_signal(number)
        said, errors = self.process.communicate()
        assert errors == ""
        return said

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        give_up = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < give_up, "\n".join(self.processes())
            time.sleep(0.05)

    def processes(self) -> list[str]:
        """Everything alive that was started for this state folder, the demo itself included."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes()
                known = words + (folder / "environ").read_bytes()
            except OSError:
                continue
            if words and str(self.state).encode() in known:
                found.append(words.replace(b"\0", b" ").decode())
        return found

    def url(self) -> str:
        return Postgres(self.state / "main").login_url("studio")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def demo() -> Iterator[Demo]:
    folder = temporary_folder()
    demo = Demo(folder / "state")
    yield demo
    if demo.process and demo.process.poll() is None:
        demo.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def used() -> Iterator[Path]:
    """The state of a demo that was started once and stopped: a first start takes its time."""
    folder = temporary_folder()
    once = Demo(folder / "state")
    once.start()
    once.stop()
    yield once.state
    shutil.rmtree(folder)


@pytest.fixture
def used_demo(demo: Demo, used: Path) -> Demo:
    """With the owners that its files have: the servers run as nobody who tests."""
    subprocess.run(["cp", "-a", str(used), str(demo.state)], check=True)
    return demo


def test_starts_everything_and_ctrl_c_stops_it_in_order(demo: Demo) -> None:
    address = demo.start()

    with urllib.request.urlopen(f"{address}/healthz") as response:
        assert response.status == 200
    running = "\n".join(demo.processes())
    for word in ("main/data", "shadow/data", "valkey", "uvicorn", "-Q apply", "-Q light"):
        assert word in running
    assert_a_second_demo_is_refused(demo)
    assert_a_killed_worker_comes_back(demo)
    stopped = re.findall(r"(?:stopped|killed) (\S+)", demo.stop())

    assert stopped[-3:] == ["valkey", "shadow", "postgres"]
    assert {"web", "worker-apply", "worker-light"} <= set(stopped[:-3])
    assert demo.process is not None
    assert demo.process.returncode == 0
    assert demo.processes() == []


def assert_a_second_demo_is_refused(demo: Demo) -> None:
    second = Demo(demo.state)

    _, errors = second.launch("--port", str(free_port())).communicate()

    assert "the demo is already running" in errors
    assert demo.process is not None
    assert f"Process {demo.process.pid} uses" in errors


def assert_a_killed_worker_comes_back(demo: Demo) -> None:
    assert demo.process is not None
    assert demo.process.stdout is not None
    log = demo.state / "worker-light.log"
    demo.wait_until(lambda: log.exists() and " ready." in log.read_text())
    worker = next(
        int(folder.name)
        for folder in Path("/proc").glob("[0-9]*")
        if b"-Q\0light" in read(folder / "cmdline")
        and str(demo.state).encode() in read(folder / "environ")
        and b"guard.py" in read(folder / "cmdline")
    )
    os.kill(worker, signal.SIGKILL)

    said = demo.process.stdout.readline()
    assert "worker-light ended with exit code -9; starting it again" in said
    demo.wait_until(lambda: log.read_text().count(" ready.") == 2)


def test_a_killed_demo_starts_again_with_data_and_keys_and_reset_forgets_them(
    used_demo: Demo,
) -> None:
    demo = used_demo
    keys = json.loads((demo.state / "keys.json").read_text())
    demo.start()
    assert json.loads((demo.state / "keys.json").read_text()) == keys
    with psycopg.connect(demo.url(), autocommit=True) as conn:
        conn.execute("CREATE TABLE kept (id int)")
    demo.kill()
    demo.wait_until(lambda: not demo.processes())  # they end by themselves, at their own pace

    demo.start()
    with psycopg.connect(demo.url()) as conn:
        assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert json.loads((demo.state / "keys.json").read_text()) == keys
    demo.stop(signal.SIGTERM)
    assert demo.processes() == []

    demo.start("--reset")
    with psycopg.connect(demo.url()) as conn:
        assert conn.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    assert json.loads((demo.state / "keys.json").read_text()) != keys


def test_a_database_that_ends_ends_the_demo_with_its_log(used_demo: Demo) -> None:
    demo = used_demo
    demo.start()
    assert demo.process is not None
    postmaster = int((demo.state / "main" / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGINT)

    out, errors = demo.process.communicate()

    assert demo.process.returncode == 1
    assert "postgres ended with exit code 0" in errors
    assert str(demo.state / "main" / "log") in errors
    assert "stopped shadow" in out
    assert demo.processes() == []


def test_a_port_in_use_is_a_sentence_and_nothing_is_started(demo: Demo) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        process = demo.launch("--port", str(port))
        _, errors = process.communicate()

    assert process.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be used" in errors
    assert f"--port {port + 1}" in errors
    assert "Traceback" not in errors
    assert not (demo.state / "main").exists()


def test_a_part_of_ones_own_takes_the_place_of_the_embedded_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.chmod(0o711)
    monkeypatch.delenv("REDIS_URL")

    chosen = stack.Stack(tmp_path)

    assert [server.name for server in chosen.servers()] == ["valkey"]
    environment = chosen.environment()
    assert environment["DATABASE_URL"] == os.environ["DATABASE_URL"]
    assert environment["SHADOW_URL"] == os.environ["SHADOW_URL"]


def read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
