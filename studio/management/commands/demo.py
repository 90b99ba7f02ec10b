"""`python3 manage.py demo`: everything on this machine, from nothing, until Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError

from migrate_core.errors import MigrateError
from studio import children, stack, supervisor
from studio.children import Command as Child
from studio.stack import Stack
from studio.supervisor import Supervisor

WORKER_CHILDREN = 2  # so many runs, and so many plans or rehearsals, at a time
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Starts PostgreSQL, a shadow, Valkey, the workers and the studio, with example data."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="of 127.0.0.1 (default: 8000)")
        parser.add_argument("--reset", action="store_true", help="forget everything, start over")

    def handle(self, *args: Any, port: int, reset: bool, **options: Any) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, _interrupt)
        try:
            folder = stack.state_folder()
            lock = stack.lock_state(folder)
            stack.check_port(port)
            if reset:
                stack.reset(folder)
            self._run(folder, port)
            del lock
        except MigrateError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            self.say("Stopped.")

    def _run(self, folder: Path, port: int) -> None:
        overseer = Supervisor(self.say)
        try:
            Demo(folder, port, overseer, self.say).start()
            overseer.watch()
        except KeyboardInterrupt:
            self.say("Stopping:")
            raise
        except MigrateError:
            self.say("Stopping, because of an error:")
            raise
        finally:
            overseer.stop_all()

    def say(self, line: str) -> None:
        """To a terminal that may be gone: the stop has to go on without it."""
        try:
            self.stdout.write(line)
            self.stdout.flush()
        except OSError:
            return


class Demo:
    """One start, step by step, with the time each took."""

    def __init__(self, folder: Path, port: int, overseer: Supervisor, say: Any) -> None:
        self.folder, self.port, self.overseer, self.say = folder, port, overseer, say
        self.began = self.mark = time.monotonic()
        self.took: list[str] = []

    def start(self) -> None:
        self._start_servers()
        self._note("servers")
        preparing = children.spawn(self._prepare_command())
        if stack.has_pending_migrations(self.environment["DATABASE_URL"]):
            self._finish(preparing)
            self._note("data")
        address = f"http://127.0.0.1:{self.port}"
        log = self.folder / "web.log"
        self.overseer.start(supervisor.web_command(self.environment, log, self.port))
        self._finish(preparing)
        self.overseer.wait_until(lambda: _answers(f"{address}/healthz", log))
        self._start_workers()  # last: what is asked of them before waits in the queue
        self._note("studio")
        total = f"{time.monotonic() - self.began:.1f} s"
        self.say(f"Ready in {total} ({', '.join(self.took)}). State and logs: {self.folder}")
        self.say(f"Open {address} - Ctrl-C stops everything.")

    def _start_servers(self) -> None:
        servers = Stack(self.folder)
        try:
            servers.start()
        finally:
            for server in servers.servers():
                if server.process:
                    self.overseer.adopt(server.command, server.process)
        self.environment = servers.environment()

    def _start_workers(self) -> None:
        for queue in ("apply", "light"):
            log = self.folder / f"worker-{queue}.log"
            command = supervisor.worker_command(self.environment, log, [queue], WORKER_CHILDREN)
            self.overseer.start(command)
        if "reconcile" in get_commands():
            log = self.folder / "reconciler.log"
            self.overseer.start(supervisor.reconciler_command(self.environment, log))

    def _prepare_command(self) -> Child:
        return Child(
            name="preparation",
            argv=(sys.executable, str(supervisor.ROOT / "manage.py"), "prepare_demo"),
            environment=self.environment,
            folder=supervisor.ROOT,
            log=self.folder / "prepare.log",
        )

    def _finish(self, process: subprocess.Popen[bytes]) -> None:
        if code := process.wait():
            raise supervisor.ChildEndedError(self._prepare_command(), code)

    def _note(self, what: str) -> None:
        now = time.monotonic()
        self.took.append(f"{what} {now - self.mark:.1f} s")
        self.mark = now


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _answers(address: str, log: Path) -> bool:
    """Whether the studio is up. One that is up and broken will not mend itself: DemoError."""
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError as error:
        raise stack.DemoError(
            f"the studio answers {error.code} at {address}",
            detail=f"Its last words: {log.read_text(errors='replace').splitlines()[-1:]}",
            hint=f"Its log is {log}.",
        ) from None
    except (urllib.error.URLError, OSError):
        return False
