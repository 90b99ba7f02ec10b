"""The whole studio as the demo runs it, in a folder of its own that ends with the benchmark."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from studio.embedded import Postgres
from studio.server import temporary_folder
from studio.stack import Stack
from tests.processes import StudioProcess, web_server

ROOT = Path(__file__).resolve().parent.parent
OURS = ("DATABASE_URL", "SHADOW_URL", "REDIS_URL")
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What one request brought."""

    status: int
    text: str
    cookies: dict[str, str]


class Visitor:
    """A signed-in person on one connection that stays open, as a browser's does."""

    def __init__(self, address: str, username: str) -> None:
        parts = urlsplit(address)
        self.conn = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
        self.cookies: dict[str, str] = {}
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/sign-in").text)
        assert token is not None
        form = f"csrfmiddlewaretoken={token[1]}"
        reply = self._ask("POST", f"/sign-in/as/{username}", form)
        if reply.status != HTTPStatus.FOUND:
            raise SystemExit(f"{username} could not sign in: {reply.status}")

    def get(self, path: str) -> Reply:
        return self._ask("GET", path)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _ask(self, method: str, path: str, form: str = "") -> Reply:
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.conn.request(method, path, form or None, headers)
        response = self.conn.getresponse()
        text = response.read().decode()
        given = (line.partition(";")[0] for line in response.headers.get_all("Set-Cookie", []))
        cookies = {name: value for name, _, value in (pair.partition("=") for pair in given)}
        self.cookies |= cookies
        return Reply(status=response.status, text=text, cookies=cookies)


@contextmanager
def servers(settings: Sequence[str] = ()) -> Iterator[Stack]:
    """A durable PostgreSQL, a shadow and a Valkey, with the demo's people and stories."""
    for name in OURS:
        os.environ.pop(name, None)
    folder = temporary_folder()
    stack = Stack(folder)
    stack.main = Postgres(folder / "main", name="postgres", settings=settings)
    try:
        stack.start()
        os.environ.update(stack.environment())
        prepare = [sys.executable, str(ROOT / "manage.py"), "prepare_demo"]
        subprocess.run(prepare, check=True, cwd=ROOT)
        yield stack
    finally:
        for server in reversed(stack.servers()):
            if server.process:
                server.stop()
        shutil.rmtree(folder)


@contextmanager
def running(*processes: StudioProcess) -> Iterator[None]:
    """In this order, and stopped in the reverse one."""
    started = []
    try:
        for process in processes:
            process.start()
            started.append(process)
        yield
    finally:
        for process in reversed(started):
            process.stop()


@contextmanager
def web(stack: Stack) -> Iterator[StudioProcess]:
    """One uvicorn, as the demo has it."""
    process = web_server(stack.environment(), stack.folder)
    with running(process):
        yield process


def cpu_seconds(session: int) -> float:
    """Of a process and all its children: they share its session. Linux only."""
    return sum(_ticks(stat, session) for stat in Path("/proc").glob("[0-9]*/stat")) / CLOCK_TICKS


def _ticks(stat: Path, session: int) -> int:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return 0
    return int(fields[11]) + int(fields[12]) if int(fields[3]) == session else 0
