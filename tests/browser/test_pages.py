"""Every screen: readable by everybody, in both themes, on a phone, and without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from studio.models import Artifact
from studio.services import recovery, verifications
from tests.browser.conftest import Enter
from tests.samples import skip_unless_chosen
from tests.studio.conftest import (
    FAILING,
    PLAIN_DROP,
    MakeChange,
    MakeTarget,
    World,
    applied,
    ready,
    verified,
)

pytestmark = pytest.mark.browser
THEMES = ("light", "dark")
TABS = ("sql", "schema", "locks", "evidence", "activity")


@pytest.fixture
def addresses(
    world: World, make_target: MakeTarget, make_change: MakeChange, studio_server: str
) -> list[str]:
    """Each screen, most of them with something on it."""
    target, other = make_target(), make_target()
    done = applied(ready(verified(make_change(target), world.author), world), world)
    failed = applied(ready(make_change(other, FAILING), world), world)
    over = make_change(make_target(), PLAIN_DROP)
    artifact = Artifact.objects.get(target=target)
    verifications.rehearse(recovery.rehearse(artifact, world.operator).pk)
    assert done.change is not None
    return [
        "/stories",
        "/traffic",
        "/changes",
        f"/changes/{done.change.pk}",
        *(f"/changes/{done.change.pk}/tab/{tab}" for tab in TABS),
        f"/changes/{over.pk}",
        "/runs",
        f"/runs/{done.pk}",
        f"/runs/{failed.pk}",
        "/recovery",
        f"/recovery/{artifact.pk}",
        "/history",
        f"/history/{done.pk}",
        "/snapshots",
        f"/snapshots/{target.pk}?a={done.plan.base_fingerprint}&b=live",
        "/targets",
        f"/targets/{target.pk}",
        "/policies",
        f"/policies/{world.production.pk}",
        "/reasons/",
        "/reasons/not_measured/",
        "/reasons/slot_keeps_wal/",
        f"/history/record/{target.pk}",
    ]


# Looks, leaving, and becoming somebody else: nothing that is done as the auditor.
HARMLESS = ("/theme", "/sign-out", "/sign-in/as/")
READS = re.compile(r"/history/record/\d+/check")  # the record in full, by a worker
WRITING = ("/generate", "/generate?kind=target", "/changes/{}/edit")


@pytest.fixture
def theme(request: pytest.FixtureRequest) -> str:
    """One a run, by its seed."""
    skip_unless_chosen(request, request.param, THEMES)
    return str(request.param)


@pytest.mark.parametrize("theme", THEMES, indirect=True)
def test_axe_finds_nothing_and_the_policy_drops_nothing(
    theme: str, enter: Enter, addresses: list[str]
) -> None:
    page = enter("operator", color_scheme=theme)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    change = next(a for a in addresses if a.startswith("/changes/")).split("/")[2]

    found = {}
    for address in [*addresses, *(a.format(change) for a in WRITING)]:
        page.goto(address)
        found[address] = violations(page)
    assert {address: what for address, what in found.items() if what} == {}
    assert complaints == []


def test_nothing_overflows_a_phone(enter: Enter, addresses: list[str]) -> None:
    page = enter("operator", viewport={"width": 390, "height": 800})
    wide = {}
    for address in addresses:
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[address] = width
    assert wide == {}


def test_every_screen_reads_without_scripts(enter: Enter, addresses: list[str]) -> None:
    page = enter("operator", java_script_enabled=False)
    for address in addresses:
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        expect(page.locator("h1")).to_be_visible()


def test_the_auditor_sees_all_and_presses_nothing(enter: Enter, addresses: list[str]) -> None:
    page = enter("auditor")
    pressed: dict[str, list[str]] = {}
    for address in addresses:
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        forms = page.locator("form[method=post]")
        actions = [forms.nth(n).get_attribute("action") or "" for n in range(forms.count())]
        if found := [a for a in actions if not (a.startswith(HARMLESS) or READS.fullmatch(a))]:
            pressed[address] = found
    assert pressed == {}


def violations(page: Page) -> list[tuple[str, Any]]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"][:160] for node in one["nodes"][:2]]) for one in found]
