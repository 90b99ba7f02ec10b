"""Starts the studio's processes in order, keeps them alive, and stops them in the reverse order."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from migrate_core.errors import MigrateError
from studio import children
from studio.children import Command

ROOT = Path(__file__).resolve().parent.parent
POLL_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0  # who lived this long has earned a short pause again


class ChildEndedError(MigrateError):
    """A process that has to live has ended."""

    code = "child_ended"

    def __init__(self, command: Command, exit_code: int) -> None:
        lines = command.log.read_text(errors="replace").splitlines()[-8:]
        super().__init__(
            f"{command.name} ended with exit code {exit_code}",
            detail="\n  ".join(["Its last words:", *lines]),
            hint=f"Its log is {command.log}.",
        )


class Child:
    """One process, and what to do when it ends."""

    def __init__(
        self, command: Command, process: subprocess.Popen[bytes], *, restarts: bool
    ) -> None:
        self.command, self.process, self.restarts = command, process, restarts
        self.pause_seconds = FIRST_PAUSE_SECONDS
        self.started = time.monotonic()
        self.due: float | None = None

    def next_pause(self) -> float:
        """Doubles with every early end."""
        if time.monotonic() - self.started > HEALTHY_SECONDS:
            self.pause_seconds = FIRST_PAUSE_SECONDS
        pause = self.pause_seconds
        self.pause_seconds = min(pause * 2, LONGEST_PAUSE_SECONDS)
        return pause


class Supervisor:
    """Used from one thread, whose end the kernel takes for ours: see children.spawn."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.children: list[Child] = []

    def adopt(self, command: Command, process: subprocess.Popen[bytes]) -> None:
        """A server started elsewhere: when it ends, everything ends."""
        self.children.append(Child(command, process, restarts=False))

    def start(self, command: Command) -> None:
        """A process that is started again when it ends."""
        self.children.append(Child(command, children.spawn(command), restarts=True))

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """While things start, every end is a failure."""
        while not ready():
            for child in self.children:
                if (code := child.process.poll()) is not None:
                    raise ChildEndedError(child.command, code)
            time.sleep(POLL_SECONDS)

    def watch(self) -> None:
        """For ever, until a server ends (ChildEndedError) or a signal's exception comes through."""
        while True:
            for child in self.children:
                self._look_after(child)
            time.sleep(POLL_SECONDS)

    def stop_all(self) -> None:
        """The studio's processes at once, then the servers they use, one after the other."""
        for child in self.children:
            if child.restarts:
                children.ask(child.process, child.command)
        for child in reversed(self.children):
            began = time.monotonic()
            if not child.restarts:
                children.ask(child.process, child.command)
            in_time = children.finish(child.process, child.command)
            took = f"{time.monotonic() - began:.1f} s"
            self.say(f"  {'stopped' if in_time else 'killed'} {child.command.name} ({took})")
        self.children.clear()

    def _look_after(self, child: Child) -> None:
        code = child.process.poll()
        if code is None:
            return
        if not child.restarts:
            raise ChildEndedError(child.command, code)
        if child.due is None:
            children.stop(child.process, child.command)  # what it left of its own children
            pause = child.next_pause()
            child.due = time.monotonic() + pause
            what = f"{child.command.name} ended with exit code {code}"
            self.say(f"  {what}; starting it again in {pause:g} s (log: {child.command.log})")
        elif time.monotonic() >= child.due:
            child.process, child.due = children.spawn(child.command), None
            child.started = time.monotonic()


# What the studio consists of ---------------------------------------------------------------------


def web_command(environment: Mapping[str, str], log: Path, port: int) -> Command:
    return Command(
        name="web",
        argv=_python(
            *("uvicorn", "studio.asgi:application", "--host", "127.0.0.1", "--port", str(port)),
            *("--log-level", "warning", "--no-access-log", "--lifespan", "off"),
            *("--timeout-graceful-shutdown", "2"),  # open streams would hold it for ever
        ),
        environment=environment,
        folder=ROOT,
        log=log,
        grace_seconds=6,
    )


def worker_command(
    environment: Mapping[str, str], log: Path, queues: Sequence[str], concurrency: int
) -> Command:
    """Celery, prefork: a run in a child can be killed without the others."""
    name = f"worker-{'-'.join(queues)}"
    return Command(
        name=name,
        argv=_python(
            *("celery", "-A", "studio", "worker", "-P", "prefork", "-c", str(concurrency)),
            *("-Q", ",".join(queues), "-n", f"{name}@%h", "-l", "INFO"),
            *("--without-gossip", "--without-mingle"),
        ),
        # Celery's soft shutdown answers to SIGQUIT alone.
        environment={**environment, "REMAP_SIGTERM": "SIGQUIT"},
        folder=ROOT,
        log=log,
        grace_seconds=15,
        watched=True,  # when the broker goes at the same moment, Celery's shutdown may never end
    )


def reconciler_command(environment: Mapping[str, str], log: Path) -> Command:
    return Command(
        name="reconciler",
        argv=(sys.executable, str(ROOT / "manage.py"), "reconcile"),
        environment=environment,
        folder=ROOT,
        log=log,
        grace_seconds=5,
    )


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)
