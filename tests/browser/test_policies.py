"""The policy's pages: readable by everybody, usable without scripts and without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy
from studio.models import Environment
from tests.browser.conftest import Enter
from tests.browser.test_pages import violations
from tests.studio.conftest import World, asks
from tests.studio.views.test_policies import FULL

pytestmark = pytest.mark.browser


def pages(world: World) -> list[str]:
    one = f"/policies/{world.production.pk}"
    return ["/policies", one, f"{one}/edit", f"{one}/import"]


def saved(world: World) -> Policy:
    return Environment.objects.get(pk=world.production.pk).policy


def break_it(page: Page, world: World) -> None:
    """The form as it comes back with errors in every part."""
    page.goto(f"/policies/{world.production.pk}/edit")
    page.fill("[name=windows-0-zone]", "Mars")
    page.fill("[name=freezes-1-owner]", "x")
    page.fill("[name=waivers-0-reason]", " ")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.get_by_role("button", name="Save as version").click()
    expect(page.get_by_text("It was not saved")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(enter: Enter, world: World, theme: str) -> None:
    asks(world.production, FULL)
    page = enter("admin", color_scheme=theme)

    found = {}
    for address in pages(world):
        page.goto(address)
        found[address] = violations(page)
    break_it(page, world)
    found["errors"] = violations(page)

    assert {address: what for address, what in found.items() if what} == {}


def test_nothing_overflows_a_phone(enter: Enter, world: World) -> None:
    asks(world.production, FULL)
    page = enter("admin", viewport={"width": 390, "height": 800})

    for address in pages(world):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    break_it(page, world)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_policy_is_changed_without_scripts(enter: Enter, world: World) -> None:
    page = enter("admin", java_script_enabled=False)
    page.goto(f"/policies/{world.production.pk}/edit")
    page.get_by_role("button", name="One more window").click()
    expect(page.get_by_text("It was not saved")).not_to_be_visible()
    page.fill("[name=windows-1-opens]", "22:00")
    page.fill("[name=windows-1-closes]", "04:00")
    page.fill("[name=approvals_high]", "2")
    page.get_by_role("button", name="Save as version").click()

    expect(page.get_by_text("every day 22:00 to 04:00 UTC").first).to_be_visible()
    assert saved(world).approvals_by_level == {Level.HIGH: 2}
    page.get_by_role("link", name="Import").click()
    page.get_by_label("Policy as TOML").fill("[policy]\nbudget = 20\n")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_text("60 → 20")).to_be_visible()
    page.get_by_role("button", name="Save as version").click()
    expect(page.get_by_text("the worst step may score 20")).to_be_visible()


def test_a_policy_is_changed_by_keys_alone(enter: Enter, world: World) -> None:
    page = enter("admin")
    page.goto("/policies")
    page.get_by_role("link", name="storefront production").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Change", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Budget").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("35")
    page.keyboard.press("Tab")  # to the rehearsal, which goes off
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.get_by_text("the worst step may score 35")).to_be_visible()
    assert not saved(world).verify
