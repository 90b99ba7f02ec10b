"""Who watches a run: raw readers of its stream, and one real browser."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, sync_playwright

from benchmarks.studios import Visitor
from tests import chromium

SEQ = re.compile(rb"^id: (\d+)$", re.MULTILINE)
PATIENCE_SECONDS = 30.0
# Notes for each step when its row first says "done": after the frame that shows it.
OBSERVER = """
() => {
  const seen = window.seenDone = {}, changed = window.changedDone = {};
  const look = () => {
    const now = Date.now(), fresh = [];
    for (const row of document.querySelectorAll('ol.steps > li[id^="step-"]')) {
      const step = row.id.slice(5);
      if (changed[step] || row.querySelector('.what > .word')?.textContent.trim() !== 'done')
        continue;
      changed[step] = now;
      fresh.push(step);
    }
    if (fresh.length) requestAnimationFrame(() => setTimeout(() => {
      for (const step of fresh) seen[step] = Date.now();
    }));
  };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
  look();
}
"""


class Reader(asyncio.Protocol):
    """Notes when an event of which sequence number has arrived whole, and reads no more of it."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.rest = bytearray()
        self.heard: list[tuple[int, float]] = []  # sequence number, time of day
        self.received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self.received += len(data)
        self.rest += data
        end = self.rest.rfind(b"\n\n")
        if end < 0:
            return
        numbers = [int(found) for found in SEQ.findall(self.rest, 0, end)]
        del self.rest[: end + 2]
        if numbers and (not self.heard or numbers[-1] > self.heard[-1][0]):
            self.heard.append((numbers[-1], now))


class Readers:
    """Many of them in one thread."""

    def __init__(self, address: str, path: str, visitor: Visitor, count: int) -> None:
        parts = urlsplit(address)
        self.host, self.port = str(parts.hostname), parts.port or 80
        lines = (f"GET {path} HTTP/1.1", f"Host: {self.host}", f"Cookie: {visitor.cookie}")
        request = "\r\n".join((*lines, "Accept: text/event-stream", "", "")).encode()
        self.all = [Reader(request) for _ in range(count)]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    @contextmanager
    def watching(self) -> Iterator[None]:
        self.thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._connect(), self.loop).result(PATIENCE_SECONDS)
            wait(lambda: all(reader.received for reader in self.all))
            yield
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()

    async def _connect(self) -> None:
        for reader in self.all:
            await self.loop.create_connection(partial(_itself, reader), self.host, self.port)


def _itself(reader: Reader) -> Reader:
    return reader


@contextmanager
def browser(address: str, path: str, visitor: Visitor) -> Iterator[Page]:
    """On the run's page, with the observer in place and the stream open."""
    with sync_playwright() as playwright:
        found = chromium.ensure()
        if found is None:
            raise SystemExit(chromium.HINT)
        launched = playwright.chromium.launch(
            executable_path=found, args=chromium.launch_arguments()
        )
        page = _signed_in(launched.new_context(), address, visitor).new_page()
        page.goto(f"{address}{path}")
        page.evaluate(OBSERVER)
        try:
            yield page
        finally:
            launched.close()


def _signed_in(context: BrowserContext, address: str, visitor: Visitor) -> BrowserContext:
    cookies: list[Any] = [
        {"name": name, "value": value, "url": address} for name, value in visitor.cookies.items()
    ]
    context.add_cookies(cookies)
    return context


def wait(over: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    give_up = time.monotonic() + seconds
    while not over():
        if time.monotonic() > give_up:
            raise SystemExit(f"it was not over after {seconds:.0f} s")
        time.sleep(0.05)
