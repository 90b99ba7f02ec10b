from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from migrate_core.files.config import parse
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy, Unknown, Waiver
from migrate_core.risk.windows import Day, Freeze, Window
from studio.models import Change, Environment, PolicyVersion, Run, Target
from tests.studio.conftest import MakeChange, World, asks, plan_hash, ready

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[str], Client]
Form = dict[str, str | list[str]]

FULL = Policy(
    budget=40,
    unknown_probes=Unknown.PASS,
    approvals=1,
    approvals_by_level={Level.DESTRUCTIVE: 2},
    fail_on=("raw_sql",),
    waivers=(Waiver(code="drops_index", until=date(2027, 1, 31), owner="dee", reason="unused"),),
    windows=(Window(days=(Day.SAT, Day.SUN), opens="22:00", closes="04:00", zone="Europe/Berlin"),),
    freezes=(
        Freeze(
            begins=datetime(2026, 12, 20, tzinfo=UTC),
            ends=datetime(2027, 1, 2, tzinfo=UTC),
            owner="otto",
            reason="Christmas",
        ),
    ),
)
EMPTY: Form = {
    "seen": "1",
    "budget": "60",
    "verify": "on",
    "unknown_probes": "block",
    "approvals": "1",
    **{f"{name}-TOTAL_FORMS": "0" for name in ("waivers", "windows", "freezes")},
    **{f"{name}-INITIAL_FORMS": "0" for name in ("waivers", "windows", "freezes")},
}
TYPED: Form = {
    **EMPTY,
    "budget": "40",
    "unknown_probes": "pass",
    "approvals_destructive": "2",
    "fail_on": ["raw_sql"],
    "waivers-TOTAL_FORMS": "1",
    "waivers-0-code": "drops_index",
    "waivers-0-until": "2027-01-31",
    "waivers-0-owner": "dee",
    "waivers-0-reason": "unused",
    "windows-TOTAL_FORMS": "2",
    "windows-0-days": ["sat", "sun"],
    "windows-0-opens": "22:00",
    "windows-0-closes": "04:00",
    "windows-0-zone": "Europe/Berlin",
    "windows-1-days": list(Day),  # as an empty row is sent
    "windows-1-opens": "",
    "windows-1-closes": "",
    "windows-1-zone": "UTC",
    "freezes-TOTAL_FORMS": "1",
    "freezes-0-begins": "2026-12-20T00:00",
    "freezes-0-ends": "2027-01-02T00:00:00",
    "freezes-0-owner": "otto",
    "freezes-0-reason": "Christmas",
}


def address(world: World, name: str = "") -> str:
    return reverse(f"policy{name}", args=[world.production.pk])


def newest(world: World) -> Environment:
    return Environment.objects.get(pk=world.production.pk)


def test_everybody_reads_it_and_only_an_admin_is_offered_to_change_it(
    sign_in: SignIn, world: World
) -> None:
    asks(world.production, FULL)
    for name in ("viewer", "auditor", "author", "reviewer", "operator", "admin"):
        page = sign_in(name).get(address(world))
        assertContains(page, "sat, sun 22:00 to 04:00 Europe/Berlin")
        assertContains(page, "drops_index until 2027-01-31, dee: unused")
        offered = assertContains if name == "admin" else assertNotContains
        offered(page, address(world, "-edit"))
        offered(page, address(world, "-import"))
        assertContains(sign_in(name).get(reverse("policies")), "storefront production")
    assert sign_in("stranger").get(address(world)).status_code == 404
    assertNotContains(sign_in("stranger").get(reverse("policies")), "storefront")


def test_nobody_but_an_admin_saves_by_any_way(sign_in: SignIn, world: World) -> None:
    for name in ("viewer", "auditor", "author", "reviewer", "operator"):
        client = sign_in(name)
        assert client.post(address(world, "-edit"), TYPED).status_code == 403
        given = {"text": "[policy]\nbudget = 1\n", "save": "1"}
        assert client.post(address(world, "-import"), given).status_code == 403
    assert newest(world).policy_number == 1


def test_the_form_saves_what_was_typed_as_a_new_version(sign_in: SignIn, world: World) -> None:
    admin = sign_in("admin")

    response = admin.post(address(world, "-edit"), {**TYPED, "note": "for the season"})

    assertRedirects(response, address(world))
    saved = newest(world)
    assert (saved.policy, saved.policy_number) == (FULL, 2)
    page = admin.get(address(world))
    assertContains(page, "for the season")
    assertContains(page, '<span class="muted">budget:</span> 60 → 40')


def fields(page: str) -> Form:
    """What a browser would send of a page's form: as it stands there."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        box = given.get("type") in ("checkbox", "radio")
        if "name" in given and (not box or " checked" in tag):
            value = given.get("value", "on" if box else "")
            found.setdefault(given["name"], []).append(unescape(value))
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.S):
        found[name] = re.findall(r'<option value="([^"]*)" selected', options) or [""]
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.S):
        found[name] = [unescape(text)]
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def test_the_form_shows_the_policy_and_saving_it_unchanged_saves_nothing(
    sign_in: SignIn, world: World
) -> None:
    asks(world.production, FULL)
    admin = sign_in("admin")

    sent = fields(admin.get(address(world, "-edit")).content.decode())
    response = admin.post(address(world, "-edit"), sent)

    assertContains(response, "it says the same as version 2")
    assert newest(world).policy_number == 2


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"budget": "101"}, "id_budget", "less than or equal to 100"),
        ({"approvals": ""}, "id_approvals", "This field is required"),
        ({"approvals_high": "-1"}, "id_approvals_high", "greater than or equal to 0"),
        ({"waivers-0-until": "soon"}, "id_waivers-0-until", "Enter a valid date"),
        ({"waivers-0-owner": ""}, "id_waivers-0-owner", "This field is required"),
        ({"waivers-0-code": "raw_sql"}, "id_waivers-0-code", "Raw_sql is in fail_on as well"),
        ({"windows-0-opens": "22"}, "id_windows-0-opens", "is not an hour and its minutes"),
        ({"windows-0-closes": "22:00"}, "id_windows-0-closes", "opens and closes at the same time"),
        ({"windows-0-zone": "Mars"}, "id_windows-0-zone", "There is no time zone"),
        ({"windows-0-days": []}, "id_windows-0-days", "This field is required"),
        ({"freezes-0-ends": "2026-12-01T00:00"}, "id_freezes-0-ends", "ends before it begins"),
        ({"freezes-0-begins": "x"}, "id_freezes-0-begins", "Enter a valid date/time"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_typed_is_lost(
    sign_in: SignIn, world: World, wrong: Form, field: str, says: str
) -> None:
    sent = {**TYPED, "note": "mine <&>", **wrong}

    page = sign_in("admin").post(address(world, "-edit"), sent).content.decode()

    assert newest(world).policy_number == 1
    error = re.search(rf'<ul class="errorlist" id="{field}_error">(.*?)</ul>', page, re.S)
    assert error is not None, f"no error beside {field}"
    assert says in unescape(error[1])
    again = fields(page)
    for name, value in sent.items():
        if value not in ("", []):
            assert again[name] == value or [again[name]] == value, name


def test_everything_that_is_wrong_is_told_at_once(sign_in: SignIn, world: World) -> None:
    wrong: Form = {"budget": "x", "windows-0-zone": "Mars", "waivers-0-owner": ""}

    page = sign_in("admin").post(address(world, "-edit"), {**TYPED, **wrong}).content.decode()

    for field in ("id_budget", "id_windows-0-zone", "id_waivers-0-owner"):
        assert f'id="{field}_error"' in page
    assert "It was not saved" in page


def test_one_more_row_is_shown_and_nothing_is_saved(sign_in: SignIn, world: World) -> None:
    page = sign_in("admin").post(address(world, "-edit"), {**TYPED, "more": "freezes"})

    assertContains(page, 'name="freezes-1-begins"')
    assertContains(page, 'value="Christmas"')
    assert newest(world).policy_number == 1


def test_a_row_is_removed(sign_in: SignIn, world: World) -> None:
    asks(world.production, FULL)
    admin = sign_in("admin")
    sent = fields(admin.get(address(world, "-edit")).content.decode())

    admin.post(address(world, "-edit"), {**sent, "freezes-0-DELETE": "on"})

    assert newest(world).policy.freezes == ()
    assert newest(world).policy.waivers == FULL.waivers


def test_what_another_admin_saved_meanwhile_is_told_and_what_was_typed_stays(
    sign_in: SignIn, world: World
) -> None:
    asks(world.production, Policy(budget=80, approvals=1))
    admin = sign_in("admin")

    page = admin.post(address(world, "-edit"), TYPED)

    assertContains(page, "saved version 2 meanwhile")
    assertContains(page, 'value="Christmas"')
    admin.post(address(world, "-edit"), fields(page.content.decode()))
    assert newest(world).policy == FULL


# As text ----------------------------------------------------------------------------------------


def test_an_export_is_what_zanith_toml_and_an_import_take(sign_in: SignIn, world: World) -> None:
    asks(world.production, FULL)
    admin = sign_in("admin")

    exported = sign_in("viewer").get(address(world, "-export"))
    text = exported.content.decode()

    assert exported["Content-Disposition"] == 'attachment; filename="storefront-production.toml"'
    assert parse(text, Path("zanith.toml")).policy.everywhere() == FULL
    same = admin.post(address(world, "-import"), {"text": text, "look": "1"})
    assertContains(same, "It says the same as version 2")

    asks(world.production, Policy(budget=80))
    look = admin.post(address(world, "-import"), {"text": text, "look": "1"})
    assertContains(look, "80 → 40")
    assert newest(world).policy_number == 3
    saved = admin.post(address(world, "-import"), {**fields(look.content.decode()), "save": "1"})
    assertRedirects(saved, address(world))
    assert newest(world).policy == FULL


def test_an_import_takes_the_table_of_this_environment(sign_in: SignIn, world: World) -> None:
    text = (
        '[declared]\nfolder = "declared"\n[policy]\nbudget = 80\napprovals = 1\n'
        "[policy.environments.production]\nbudget = 20\n"
    )
    look = sign_in("admin").post(address(world, "-import"), {"text": text, "look": "1"})

    assertContains(look, "60 → 20")


def test_only_what_was_shown_is_saved(sign_in: SignIn, world: World) -> None:
    admin = sign_in("admin")
    look = admin.post(address(world, "-import"), {"text": "[policy]\nbudget = 50\n", "look": "1"})
    sent = fields(look.content.decode())

    edited = admin.post(
        address(world, "-import"), {**sent, "text": "[policy]\nbudget = 100\n", "save": "1"}
    )
    unseen = admin.post(address(world, "-import"), {"text": "[policy]\nbudget = 7\n", "save": "1"})

    assertContains(edited, "The text is another one than the one that was shown")
    assertContains(edited, "60 → 100")
    assertContains(unseen, "60 → 7")
    assert newest(world).policy_number == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[policy\n", "not TOML"),
        ("[policy]\nbudget = 'x'\n", "policy.budget: expected `int`"),
        ('[policy]\nfail_on = ["x"]\n', "policy.fail_on[0]: there is no reason code"),
        ('[declared]\nfolder = "x"\n', "There is no [policy] in it."),
    ],
)
def test_a_text_that_is_not_a_policy_is_told_and_stays(
    sign_in: SignIn, world: World, text: str, says: str
) -> None:
    page = sign_in("admin").post(address(world, "-import"), {"text": text, "look": "1"})

    content = unescape(page.content.decode())
    assert says in content
    assert text in content
    assert "Save as version" not in content
    assert PolicyVersion.objects.filter(environment=world.production).count() == 1


# On the pages of changes and runs ---------------------------------------------------------------


def closed() -> Policy:
    """Its window is on another day of the week, whatever today is."""
    day = tuple(Day)[(datetime.now(UTC).weekday() + 3) % 7]
    window = Window(days=(day,), opens="00:00", closes="24:00")
    return Policy(budget=60, approvals=1, windows=(window,))


def test_the_pages_of_a_change_and_its_run_show_gate_7_and_what_to_press(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    asks(world.production, closed())
    change = ready(make_change(target), world)
    dba = sign_in("operator")

    page = dba.get(reverse("change", args=[change.pk]))
    assertContains(page, "Window and rules")
    assertContains(page, "outside the window")
    assertContains(page, "Apply in the next window")
    assertContains(page, "Apply later")
    assertContains(page, "6 of 7")

    given = {"plan": plan_hash(change), "window": "next"}
    dba.post(reverse("change-apply", args=[change.pk]), given)
    run = Run.objects.get()
    page = dba.get(reverse("run", args=[run.pk]))
    assertContains(page, "It starts by itself as soon as the policy lets it")
    assertContains(page, "in the window until")
    assertContains(
        dba.get(reverse("change", args=[change.pk])),
        "begins by itself as soon as the policy lets it",
    )


def test_in_a_freeze_it_is_put_off_until_that_is_over(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    freeze = Freeze(
        begins=now - timedelta(days=1), ends=now + timedelta(days=1), owner="otto", reason="sale"
    )
    asks(world.production, Policy(budget=60, approvals=1, freezes=(freeze,)))
    change = ready(make_change(target), world)
    dba, given = sign_in("operator"), {"plan": plan_hash(change)}

    page = dba.get(reverse("change", args=[change.pk]))
    assertContains(page, "by otto: sale")
    assertContains(page, "Apply after the freeze")
    dba.post(reverse("change-apply", args=[change.pk]), given)
    assert not Run.objects.exists()
    dba.post(reverse("change-apply", args=[change.pk]), {**given, "window": "next"})
    assert Run.objects.get().not_before == freeze.ends


def test_pressing_apply_outside_the_window_starts_nothing(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    asks(world.production, closed())
    change = ready(make_change(target), world)

    response = sign_in("operator").post(
        reverse("change-apply", args=[change.pk]), {"plan": plan_hash(change)}, follow=True
    )

    assertContains(response, "window and rules: closed")
    assert not Run.objects.exists()


def test_an_approval_that_a_new_policy_voided_is_told_on_each_page(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    sign_in("admin").post(address(world, "-edit"), {**EMPTY, "budget": "70"})
    reviewer = sign_in("reviewer")

    page = reviewer.get(reverse("change", args=[change.pk]))
    evidence = reviewer.get(reverse("change-tab", args=[change.pk, "evidence"]))
    activity = reviewer.get(reverse("change-tab", args=[change.pk, "activity"]))

    assertContains(page, "the policy is version 2 by now, and was version 1")
    assertContains(page, "Approve")
    assertContains(evidence, "void: the policy is version 2 by now, and was version 1")
    assertContains(activity, "changed the policy: version 2; void: the approvals of reviewer")
    assert Change.objects.get().state == "verified"
