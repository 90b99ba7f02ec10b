"""The gallery in a real browser: axe in both themes, two widths, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

WIDTHS = (1280, 390)
THEMES = ("light", "dark")
FRAGMENT = '<p id="fresh" data-announce="Step 3 is running" data-doc-title="(3/4) run 44">new</p>'
LIVE = """<div id="live-part" hx-ext="sse" sse-connect="/gallery/stream/"
  data-reload="/gallery/part/"><div sse-swap="message">old</div><input id="field"></div>"""


@pytest.fixture
def gallery(page: Page, studio_server: str) -> Page:
    page.goto(f"{studio_server}/gallery/")
    return page


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Page]:
    """Closed afterwards: what turns on a page that is left open turns until the last test."""
    with browser.new_context(java_script_enabled=False) as context:
        yield context.new_page()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_overflows(
    page: Page, studio_server: str, width: int, theme: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(f"{studio_server}/gallery/?theme={theme}")

    assert _violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []  # the policy drops nothing, because nothing asks for it


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_with_everything_unfolded(
    page: Page, studio_server: str, theme: str
) -> None:
    page.goto(f"{studio_server}/gallery/?theme={theme}")
    page.evaluate("document.querySelectorAll('details:not([name], .ask)').forEach(d => d.open = 1)")
    page.locator("summary", has_text="Tier 3").click()
    expect(page.locator("dialog[open]")).to_be_visible()

    assert _violations(page) == []


@pytest.mark.parametrize("name", ["nowhere", "gallery"])
def test_pages_work_without_scripts(scriptless: Page, studio_server: str, name: str) -> None:
    scriptless.goto(f"{studio_server}/{name}/")
    if name == "nowhere":
        expect(scriptless.locator("h1")).to_have_text("There is nothing at this address")
        return

    scriptless.locator("summary", has_text="Tier 3").click()
    expect(scriptless.locator('.ask[open] input[name="typed"]')).to_be_visible()
    scriptless.locator("summary.primary", has_text="Apply").first.click()
    expect(scriptless.get_by_text("Not yet. 3 things in the way:")).to_be_visible()
    expect(scriptless.locator("[data-copy]").first).to_be_hidden()


def test_focus_never_starts_on_the_button_that_acts(gallery: Page) -> None:
    gallery.locator("summary", has_text="Tier 3").click()
    expect(gallery.locator('dialog[open] input[name="typed"]')).to_be_focused()

    gallery.keyboard.press("Escape")
    expect(gallery.locator("dialog[open]")).to_have_count(0)
    expect(gallery.locator("summary", has_text="Tier 3")).to_be_focused()

    gallery.locator("summary", has_text="Tier 1").click()
    expect(gallery.locator("details[data-tier='1'] .confirm > .h")).to_be_focused()


def test_enter_alone_sends_an_act_of_tier_one_with_its_token(gallery: Page) -> None:
    gallery.locator("summary", has_text="Tier 1").click()
    expect(gallery.locator('.pop[data-tier="1"][open] .h')).to_be_focused()

    with gallery.expect_request(lambda request: request.method == "POST") as sent:
        gallery.keyboard.press("Enter")

    assert "csrfmiddlewaretoken=" in (sent.value.post_data or "")


def test_a_grave_act_is_not_sent_before_its_name_is_typed(gallery: Page) -> None:
    gallery.locator("summary", has_text="Tier 3").click()
    typed = gallery.locator('dialog[open] input[name="typed"]')

    typed.fill("users.legacy")
    assert not typed.evaluate("field => field.checkValidity()")
    typed.fill("users.legacy_uuid")
    assert typed.evaluate("field => field.checkValidity()")


def test_keys_jump_move_and_expand_and_can_be_turned_off(gallery: Page) -> None:
    gallery.keyboard.press("j")
    gallery.keyboard.press("e")
    expect(gallery.locator("#op-1 details.more")).to_have_attribute("open", "")

    gallery.keyboard.press("Control+k")
    gallery.keyboard.type("reco")
    expect(gallery.locator("#palette li:visible")).to_have_count(1)
    gallery.keyboard.press("Escape")

    gallery.keyboard.press("?")
    gallery.locator("#single-keys").uncheck()
    gallery.keyboard.press("Escape")
    gallery.keyboard.press("j")
    expect(gallery.locator("#op-1")).to_have_class("at")


def test_keys_do_nothing_while_typing(gallery: Page) -> None:
    gallery.locator("#fresh_name").fill("")
    gallery.locator("#fresh_name").type("j?e")

    expect(gallery.locator("#fresh_name")).to_have_value("j?e")
    expect(gallery.locator(".at, dialog[open]")).to_have_count(0)


def test_the_theme_is_kept_in_a_cookie_for_the_server(gallery: Page) -> None:
    gallery.locator(".menu > summary").click()
    assert _violations(gallery) == []
    gallery.locator("[data-theme-to=dark]").click()

    expect(gallery.locator("html")).to_have_attribute("data-theme", "dark")
    cookies = {cookie["name"]: cookie["value"] for cookie in gallery.context.cookies()}
    assert cookies["zanith_theme"] == "dark"


def test_what_is_copied_is_the_text_to_the_letter(gallery: Page) -> None:
    gallery.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = gallery.locator("figure.code [data-copy]:visible").first

    button.click()

    expect(gallery.locator("#live")).to_have_text("Copied")
    copied = gallery.evaluate("navigator.clipboard.readText()")
    assert copied == button.get_attribute("data-copy")


def _make_live(page: Page) -> None:
    """A live part whose stream is refused, and whose fragment is there."""
    page.route("**/gallery/stream/", lambda route: route.abort())
    page.route(
        "**/gallery/part/",
        lambda route: route.fulfill(content_type="text/html", body=FRAGMENT),
    )


def test_a_part_whose_stream_fails_is_fetched_instead(gallery: Page) -> None:
    _make_live(gallery)

    _insert(gallery)

    expect(gallery.locator("#fresh")).to_have_text("new")
    expect(gallery.locator("#live")).to_have_text("Step 3 is running")
    expect(gallery).to_have_title("(3/4) run 44")


def test_a_part_with_a_field_in_use_is_not_swapped_until_it_is_left(gallery: Page) -> None:
    _make_live(gallery)

    _insert(gallery, focus="#field")
    expect(gallery.locator("body")).to_have_attribute("data-refused", "2")
    expect(gallery.locator("#fresh")).to_have_count(0)
    expect(gallery.locator("#field")).to_be_focused()

    gallery.locator("#field").blur()
    expect(gallery.locator("#fresh")).to_have_text("new")


def _insert(page: Page, *, focus: str = "") -> None:
    page.evaluate(
        """([html, focus]) => {
          const data = document.body.dataset;
          data.refused = 0;
          document.addEventListener('htmx:sseError', () => { data.refused = +data.refused + 1; });
          document.querySelector('main').insertAdjacentHTML('afterbegin', html);
          if (focus) document.querySelector(focus).focus();
          htmx.process(document.querySelector('#live-part'));
        }""",
        [LIVE, focus],
    )


def _violations(page: Page) -> list[tuple[str, Any]]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
