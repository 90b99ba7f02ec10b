"""A restore is rehearsed by click, with the real worker, and the page follows it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from studio.models import Artifact
from tests.browser.conftest import Enter
from tests.browser.test_journeys import PATIENCE_MS
from tests.processes import StudioProcess
from tests.studio.views.test_artifact_rehearsal import artifact, unfit

__all__ = ["artifact", "unfit"]

pytestmark = pytest.mark.browser


def status(page: Page, words: str) -> None:
    expect(page.locator(".head .status")).to_have_text(re.compile(words), timeout=PATIENCE_MS)


def test_a_restore_that_does_not_fit_is_found_out_before_the_click(
    unfit: Artifact, studio_worker: StudioProcess, enter: Enter
) -> None:
    page = enter("operator")
    page.goto(f"/recovery/{unfit.pk}")
    status(page, "none yet")
    page.get_by_role("button", name="Rehearse").click()

    status(page, "it failed")
    expect(page.locator("#rehearsal")).to_contain_text("operator does not exist: text + integer")
    page.locator("summary", has_text="Restore").click()
    expect(page.locator("details[open] .panel")).to_contain_text("Its rehearsal failed")


def test_without_scripts_the_page_comes_again_until_it_is_over(
    artifact: Artifact, studio_worker: StudioProcess, enter: Enter
) -> None:
    page = enter("operator", java_script_enabled=False)
    page.goto(f"/recovery/{artifact.pk}")
    page.get_by_role("button", name="Rehearse").click()

    status(page, "nothing left over")
    expect(page.locator("summary", has_text="Restore")).to_be_visible()
