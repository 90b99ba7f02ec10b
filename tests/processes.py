"""The studio's own processes as the supervisor runs them, for tests that need the real thing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from studio import children, supervisor
from studio.children import Command

START_SECONDS = 30
POLL_SECONDS = 0.05


class StudioProcess:
    """One process that a test may kill and start again."""

    def __init__(
        self, command: Command, ready: Callable[[StudioProcess], bool], *, address: str = ""
    ) -> None:
        self.command, self.ready, self.address = command, ready, address
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self.command.log.read_text(errors="replace")

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, *, wait: bool = True) -> None:
        """Returns when it is ready for work, or at once."""
        self.command.log.write_bytes(b"")
        self._process = children.spawn(self.command)
        if not wait:
            return
        give_up = time.monotonic() + START_SECONDS
        while not self.ready(self):
            if not self.is_running() or time.monotonic() > give_up:
                raise AssertionError(f"{self.command.name} did not start:\n{self.log}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        if self._process:
            children.stop(self._process, self.command)
            self._process = None

    def kill(self) -> None:
        """SIGKILL to it and its children at once."""
        os.killpg(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()


def web_server(environment: Mapping[str, str], folder: Path) -> StudioProcess:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = supervisor.web_command(environment, folder / "web.log", port)
    address = f"http://127.0.0.1:{port}"
    return StudioProcess(command, lambda _: answers(f"{address}/healthz"), address=address)


def celery_worker(environment: Mapping[str, str], folder: Path) -> StudioProcess:
    command = supervisor.worker_command(environment, folder / "worker.log", ("apply", "light"), 2)
    return StudioProcess(command, lambda process: " ready." in process.log)


def reconciler(environment: Mapping[str, str], folder: Path) -> StudioProcess:
    command = supervisor.reconciler_command(environment, folder / "reconciler.log")
    return StudioProcess(command, StudioProcess.is_running)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
