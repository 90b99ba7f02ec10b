"""Live pages: one LISTEN a process, each run drawn once an event, fanned out to every watcher.

Streams read only from here. The database is asked by one thread with one connection,
however many people watch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from studio import pages
from studio.pages import Page
from studio.services.announcements import CHANNEL

log = logging.getLogger(__name__)

QUEUE_MESSAGES = 64  # a watcher that falls behind by this much is cut off, and comes back
TICK_SECONDS = 1.0
COMMENT_SECONDS = 15.0
RETRY_MS = 1000
LISTEN_AGAIN_SECONDS = 0.5
BREATH_SECONDS = 0.1  # what comes in between is drawn once

Queue = asyncio.Queue[bytes | None]  # None: the stream ends


class Hub:
    """Lives in one event loop."""

    def __init__(self) -> None:
        self.watchers: dict[UUID, set[Queue]] = {}
        self.drawn: dict[UUID, Page] = {}
        self.due: set[UUID] = set()
        self.wake = asyncio.Event()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="hub")
        self.tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def watch(self, run_id: UUID) -> AsyncIterator[Queue]:
        """A queue that first gets the whole page, then what changes."""
        self._start()
        queue: Queue = asyncio.Queue(QUEUE_MESSAGES)
        page = await self._draw(run_id)
        self._share(run_id, page)
        queue.put_nowait(snapshot(page))
        if page.over:
            queue.put_nowait(None)
        self.watchers.setdefault(run_id, set()).add(queue)
        self.drawn[run_id] = page
        try:
            yield queue
        finally:
            self._leave(run_id, queue)

    def _leave(self, run_id: UUID, queue: Queue) -> None:
        watching = self.watchers.get(run_id, set())
        watching.discard(queue)
        if not watching:
            self.watchers.pop(run_id, None)
            self.drawn.pop(run_id, None)

    def _start(self) -> None:
        if not self.tasks or any(task.done() for task in self.tasks):
            for task in self.tasks:
                task.cancel()
            jobs = (self._listen(), self._tick(), self._redraw())
            self.tasks = [asyncio.create_task(job) for job in jobs]

    async def stop(self) -> None:
        """Ends what it does and gives its connections back."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(self.thread, _disconnect)
        self.thread.shutdown()

    async def _draw(self, run_id: UUID) -> Page:
        return await asyncio.get_running_loop().run_in_executor(self.thread, pages.draw, run_id)

    async def _listen(self) -> None:
        """Notifications mark a run as due; a lost connection only means waiting for the tick."""
        while True:
            try:
                conn = await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True)
                async with conn:
                    await conn.execute(f"LISTEN {CHANNEL}")
                    async for notice in conn.notifies():
                        self._mark(UUID(notice.payload))
            except (psycopg.Error, OSError, ValueError) as error:
                log.warning("the hub's LISTEN ended: %s", type(error).__name__)
                await asyncio.sleep(LISTEN_AGAIN_SECONDS)

    async def _tick(self) -> None:
        """Clocks move although nothing happens; and it notices what no notification said."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for run_id in list(self.watchers):
                self._mark(run_id)

    def _mark(self, run_id: UUID) -> None:
        if run_id in self.watchers:
            self.due.add(run_id)
            self.wake.set()

    async def _redraw(self) -> None:
        """One after the other; what comes meanwhile is drawn together."""
        while True:
            await self.wake.wait()
            self.wake.clear()
            due, self.due = self.due, set()
            for run_id in due:
                await self._publish(run_id)
            await asyncio.sleep(BREATH_SECONDS)

    async def _publish(self, run_id: UUID) -> None:
        try:
            page = await self._draw(run_id)
        except Exception:  # one page that cannot be drawn must not end the others
            log.exception("run %s could not be drawn", run_id)
            return
        self._share(run_id, page)

    def _share(self, run_id: UUID, page: Page) -> None:
        """Tells everybody who watches what is new, and remembers what they have now."""
        before = self.drawn.get(run_id)
        if before is None or run_id not in self.watchers:
            return
        self.drawn[run_id] = page
        message = delta(before, page)
        for queue in list(self.watchers[run_id]):
            if message:
                self._put(run_id, queue, message)
            if page.over:
                self._put(run_id, queue, None)

    def _put(self, run_id: UUID, queue: Queue, message: bytes | None) -> None:
        try:
            queue.put_nowait(message)
        except asyncio.QueueFull:
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)
            self._leave(run_id, queue)


def snapshot(page: Page) -> bytes:
    """Everything, so that a page that was away is right again at once."""
    events = [*page.fragments.items(), ("actions", ""), ("outcome", ""), ("locks", "")]
    return b"".join(_event(name, html, page.seq) for name, html in events) + _end(page)


def delta(before: Page, page: Page) -> bytes:
    """Only what differs. Fragments are whole: a message too many or too few does no harm."""
    return b"".join(_event(name, html, page.seq) for name, html in _changes(before, page)) + (
        b"" if before.over == page.over else _end(page)
    )


def _changes(before: Page, page: Page) -> Iterator[tuple[str, str]]:
    for name, html in page.fragments.items():
        if before.fragments.get(name) != html:
            yield name, html
    if before.standing != page.standing:
        yield "actions", ""
        yield "outcome", ""
    if before.locks != page.locks:
        yield "locks", ""


def _end(page: Page) -> bytes:
    return _event("done", "", page.seq) if page.over else b""


def _event(name: str, html: str, seq: int) -> bytes:
    data = "\n".join(f"data: {line}" for line in html.splitlines() or [""])
    return f"event: {name}\nid: {seq}\n{data}\n\n".encode()


def _disconnect() -> None:
    """Of the thread that asks: each has its own."""
    connection.close()


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    kept = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")
    return {name: given[name] for name in kept if given.get(name)}


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """This event loop's."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs.clear()  # of a loop that has ended
        _hubs[loop] = Hub()
    return _hubs[loop]


async def messages(run_id: UUID) -> AsyncIterator[bytes]:
    """What one response sends, until the run is over or the reader goes."""
    yield f"retry: {RETRY_MS}\n\n".encode()
    async with hub().watch(run_id) as queue:
        while True:
            try:
                message = await asyncio.wait_for(queue.get(), COMMENT_SECONDS)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if message is None:
                return
            yield message
