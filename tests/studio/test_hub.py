from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient
from django.urls import reverse

from studio import hub, pages
from studio.hub import Hub, Queue
from studio.models import Run
from studio.pages import Page
from studio.services import runs
from tests.studio.conftest import MakeChange, World, applied, plan_hash, ready

pytestmark = pytest.mark.django_db(transaction=True)


def page(**changes: Any) -> Page:
    first: dict[str, Any] = {
        "seq": 1,
        "over": False,
        "fragments": {"head": "<p>running</p>", "steps": "<ol></ol>"},
        "standing": ("running",),
    }
    return Page(**{**first, **changes})


T = TypeVar("T")


def in_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """On a thread of its own: a browser test before this one leaves its loop on the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def names(message: bytes) -> list[str]:
    lines = message.decode().splitlines()
    return [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]


def test_a_snapshot_holds_everything() -> None:
    assert names(hub.snapshot(page())) == ["head", "steps", "actions", "outcome", "locks"]


def test_a_delta_holds_only_what_differs() -> None:
    then = page(seq=2, fragments={"head": "<p>done</p>", "steps": "<ol></ol>"})

    assert names(hub.delta(page(), then)) == ["head"]
    assert b"id: 2\n" in hub.delta(page(), then)


def test_the_end_is_said_last() -> None:
    message = hub.delta(page(), page(over=True, standing=("done",)))

    assert names(message) == ["actions", "outcome", "done"]


def test_line_ends_inside_a_fragment_do_not_end_the_event() -> None:
    message = hub.snapshot(page(fragments={"head": "<p>\na\r\n\nb</p>", "steps": ""}))

    assert b"data: <p>\ndata: a\ndata: \ndata: b</p>\n\n" in message


@pytest.fixture
def run(world: World, target: object, make_change: MakeChange) -> Run:
    change = ready(make_change(target), world)
    return runs.start(change, world.operator, plan_hash=plan_hash(change))


def outside(asked: Coroutine[Any, Any, bytes]) -> bytes:
    """On a thread: a browser of another test may keep a loop of its own in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asked).result()


async def read(queue: Queue, wanted: str) -> bytes:
    """Until an event of that name comes."""
    while True:
        message = await asyncio.wait_for(queue.get(), 20)
        assert message is not None, f"the stream ended without {wanted}"
        if wanted in names(message):
            return message


def test_who_watches_a_run_sees_it_end(run: Run) -> None:
    async def watch() -> bytes:
        own = Hub()
        async with own.watch(run.pk) as first, own.watch(run.pk) as second:
            assert b"queued" in await read(first, "head")
            assert b"queued" in await read(second, "head")
            await asyncio.to_thread(drive, run)
            await read(second, "done")
            last = await read(first, "done")
        await own.stop()
        return last

    assert b"event: done" in in_a_loop(watch())


def drive(run: Run) -> None:
    try:
        runs.apply(str(run.pk))
    finally:
        connection.close()


def test_who_comes_late_does_not_keep_others_from_the_news(run: Run) -> None:
    """A page drawn for the second reader is told to the first one as well."""

    async def watch() -> bytes:
        own = Hub()
        async with own.watch(run.pk) as first:
            await read(first, "head")
            for task in own.tasks:  # nothing but the second reader's coming draws the page
                task.cancel()
            cancelled = own.tasks
            own._start = lambda: None  # type: ignore[method-assign]  # no new ones either
            await asyncio.to_thread(cancel, run)
            async with own.watch(run.pk):
                message = await read(first, "head")
        own.tasks = cancelled
        await own.stop()
        return message

    assert b"cancelled" in in_a_loop(watch())


def cancel(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state="cancelled")
    connection.close()


def test_a_stream_keeps_no_database_connection(run: Run, world: World) -> None:
    async def ask() -> bytes:
        client = AsyncClient()
        await sync_to_async(client.force_login)(
            world.auditor, backend="django.contrib.auth.backends.ModelBackend"
        )
        response: Any = await client.get(reverse("run-stream", args=[run.pk]))
        assert response.status_code == 200
        assert response["Content-Type"] == "text/event-stream"
        assert await sync_to_async(lambda: connection.connection)() is None
        stream = response.streaming_content
        first = await anext(stream)
        second = await anext(stream)
        await stream.aclose()
        await hub.hub().stop()
        return bytes(first + second)

    told = in_a_loop(ask())
    assert told.startswith(b"retry: 1000\n\n")
    assert names(told)[: len(pages.FRAGMENTS)] == list(pages.FRAGMENTS)
    assert "step-1" in names(told)


def test_a_run_that_is_over_sends_everything_and_ends(
    world: World, target: object, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target), world), world)

    async def read_all() -> bytes:
        told = b"".join([message async for message in hub.messages(run.pk)])
        await hub.hub().stop()
        return told

    told = in_a_loop(read_all())
    assert names(told)[-1] == "done"


def test_a_reader_who_falls_behind_is_cut_off(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Hub.__new__(Hub)
    own.watchers, own.drawn = {}, {}
    queue: Queue = asyncio.Queue(2)
    own.watchers[run.pk] = {queue}

    for _ in range(3):
        own._put(run.pk, queue, b"x")

    assert queue.get_nowait() is None
    assert run.pk not in own.watchers
