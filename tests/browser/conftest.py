"""What journeys through the studio start from: the same people and targets as its other tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.studio.conftest import make_change, make_target, target, world

__all__ = ["enter", "make_change", "make_target", "target", "world"]

Enter = Callable[..., Page]
expect.set_options(timeout=20_000)  # a machine may be busy; nothing here is about speed


@pytest.fixture
def enter(browser: Browser, studio_server: str) -> Enter:
    """enter("reviewer") -> a page of a browser of their own, signed in by one click."""
    contexts: list[BrowserContext] = []

    def go(name: str, **options: object) -> Page:
        context = browser.new_context(base_url=studio_server, **options)  # type: ignore[arg-type]  # as given
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.locator(f"form[action='/sign-in/as/{name}'] button").click()
        return page

    return go
