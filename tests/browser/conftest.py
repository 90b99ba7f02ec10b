"""What journeys through the studio start from: the same people and targets as its other tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.studio.conftest import make_change, make_target, target, world

__all__ = ["enter", "make_change", "make_target", "target", "world"]

Enter = Callable[..., Page]
expect.set_options(timeout=20_000)  # a machine may be busy; nothing here is about speed


BUSY = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


@pytest.fixture
def enter(browser: Browser, studio_server: str) -> Iterator[Enter]:
    """enter("reviewer") -> a page of a browser of their own, signed in by one click.

    Pages ask again by themselves, so they are closed, and what the server still answers is
    waited for, before the tables are emptied for the next test.
    """
    contexts: list[BrowserContext] = []

    def go(name: str, **options: object) -> Page:
        context = browser.new_context(base_url=studio_server, **options)  # type: ignore[arg-type]  # as given
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.locator(f"form[action='/sign-in/as/{name}'] button").click()
        return page

    yield go
    for context in contexts:
        context.close()
    until = time.monotonic() + 10
    while _is_busy() and time.monotonic() < until:
        time.sleep(0.05)


def _is_busy() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(BUSY)
        return bool(cursor.fetchone() != (0,))
