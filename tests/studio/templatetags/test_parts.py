from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from migrate_core.errors import StepFailedError
from studio.display import Action, Blocker, Confirmation, StepRow
from studio.templatetags.parts import exactly

LOAD = "{% load parts frames source %}"


def render(text: str, path: str = "/", **values: Any) -> str:
    request = RequestFactory().get(path)
    context = Context({"request": request, "csrf_token": "a" * 32, **values})
    return Template(LOAD + text).render(context)


def test_an_action_is_a_form_with_a_token() -> None:
    shown = render("{% action a %}", a=Action(label="Apply", url="/go", fields=[("hash", "9c")]))

    assert '<form class="one" method="post" action="/go">' in shown
    assert "csrfmiddlewaretoken" in shown
    assert '<input type="hidden" name="hash" value="9c">' in shown


def test_a_get_carries_no_token() -> None:
    shown = render("{% action a %}", a=Action(label="Export", url="/csv", method="get"))

    assert "csrfmiddlewaretoken" not in shown


def test_a_button_pressed_too_early_lists_what_is_in_the_way() -> None:
    blockers = [
        Blocker(text="Over budget.", fix_url="/fix", fix_label="Make it safe"),
        Blocker(text="Opens at 22:00.", clears_itself=True),
    ]

    shown = render("{% action a %}", a=Action(label="Apply", url="/go", blockers=blockers))

    assert "<form" not in shown
    assert 'href="/fix">Make it safe</a>' in shown
    assert "Clears by itself." in shown


@pytest.mark.parametrize("tier", [2, 3])
def test_a_grave_act_asks_for_the_name_and_a_reason(tier: Any) -> None:
    ask = Confirmation(
        tier=tier, title="Purge", consequence="Gone.", expect="users.a+b", reason=True
    )

    shown = render("{% action a %}", a=Action(label="Purge", url="/go", confirm=ask))

    assert 'pattern="users\\.a\\+b"' in shown
    assert '<textarea name="reason" rows="2" required>' in shown
    assert "<dialog" in shown


def test_the_acts_own_button_is_the_one_that_enter_presses() -> None:
    ask = Confirmation(tier=3, title="Purge", consequence="Gone.", expect="a")

    shown = render("{% action a %}", a=Action(label="Purge", url="/go", confirm=ask))

    first, *_rest = re.findall(r"<button[^>]*>", shown)
    assert "formmethod" not in first


def test_fields_between_the_tags_of_a_confirmation_are_inside_its_form() -> None:
    ask = Confirmation(tier=1, title="Apply", consequence="Four steps.")

    shown = render(
        '{% confirm a %}<input name="at">{% endconfirm %}',
        a=Action(label="Apply", url="/go", confirm=ask),
    )

    assert re.search(r'<form.*<input name="at">.*</form>', shown, re.DOTALL)
    assert "csrfmiddlewaretoken" in shown


def test_the_typed_name_is_the_one_that_people_see() -> None:
    assert exactly("a\u200bb") == "a\\\\u200bb"
    assert re.fullmatch(exactly("or(d)ers^[$]*.v1|{2}/x-y"), "or(d)ers^[$]*.v1|{2}/x-y")


def test_an_error_says_what_happened_what_was_said_what_stays_and_what_to_do() -> None:
    error = StepFailedError(
        'column "a" <exists>', sqlstate="42701", still_true="Nothing was written.", hint="Look."
    )

    shown = render('{% error_notice e title="Step 1 failed" %}', e=error)

    assert "Step 1 failed" in shown
    assert "SQLSTATE 42701: column &quot;a&quot; &lt;exists&gt;" in shown
    assert "Nothing was written." in shown
    assert "Look." in shown


def test_a_step_without_known_progress_has_no_bar_of_it() -> None:
    step = StepRow(number=1, kind="rebuildTable", object="t", state="running", elapsed_ms=5)

    assert "<progress" not in render("{% steps s %}", s=[step])


def test_zero_rows_done_is_a_progress() -> None:
    step = StepRow(
        number=1, kind="backfill", object="t", state="running", done_units=0, total_units=9
    )

    assert 'value="0"' in render("{% steps s %}", s=[step])


def test_a_sorted_column_turns_around_and_keeps_the_filters() -> None:
    shown = render('{% sort_header "When" "at" %}', "/h?sort=at&who=bo&page=3")

    assert 'aria-sort="ascending"' in shown
    assert 'href="?sort=-at&amp;who=bo"' in shown


def test_pages_keep_the_filters() -> None:
    shown = render("{% pagination p %}", "/h?who=bo", p=Paginator(range(95), 50).page(1))

    assert "Page 1 of 2, 95 in all" in shown
    assert 'href="?who=bo&amp;page=2"' in shown
    assert 'rel="prev"' not in shown


class Named(forms.Form):
    name = forms.CharField(help_text="Shown to people.")


def test_a_field_tells_screen_readers_its_help_and_its_error() -> None:
    shown = render("{% form_fields f %}", f=Named({}))

    described = re.search(r'aria-describedby="([^"]+)"', shown)
    assert described
    for each in described[1].split():
        assert f'id="{each}"' in shown
    assert 'aria-invalid="true"' in shown


def test_a_filter_keeps_what_it_does_not_ask_and_can_be_cleared() -> None:
    shown = render("{% filters f %}", "/h?name=x&sort=at&page=4", f=Named({"name": "x"}))

    assert '<input type="hidden" name="sort" value="at">' in shown
    assert 'name="page"' not in shown
    assert 'href="/h">Clear</a>' in shown


def test_what_a_page_calls_its_own_does_not_leak_into_a_component() -> None:
    shown = render("{% error_notice e %}", e=StepFailedError("no"), title="Other")

    assert "Other" not in shown
