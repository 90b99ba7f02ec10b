from __future__ import annotations

import io
import sys

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from studio.models import Membership, Project

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk in the rain"


def granted(*words: str) -> str:
    said = io.StringIO()
    call_command("grant", *words, stdout=said)
    return said.getvalue()


def test_the_first_person_of_an_installation_can_sign_in(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))

    said = granted("ada", "admin", "--project", "shop", "--password")

    assert said == "ada is admin of shop.\n"
    client.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert client.get("/changes").status_code == 200
    found = Project.objects.get(name="shop").environments.all()
    asked = {(e.kind, e.policy.budget, e.policy.approvals) for e in found}
    assert asked == {("prod", 60, 1), ("staging", 80, 0), ("dev", None, 0)}


def test_a_role_in_one_environment_is_no_role_in_another() -> None:
    granted("bo", "reviewer", "--project", "shop", "--environment", "staging")

    assert str(Membership.objects.get()) == "bo is reviewer of shop staging"


def test_granting_twice_is_granting_once_and_keeps_the_password() -> None:
    User.objects.create_user("bo", password=PASSWORD)

    for _ in range(2):
        granted("bo", "author", "--project", "shop")

    assert Membership.objects.count() == 1
    assert User.objects.get().check_password(PASSWORD)


def test_without_a_password_it_says_that_nobody_can_sign_in() -> None:
    assert "nobody can sign in" in granted("bo", "author", "--project", "shop")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--environment", "mars"], "project shop has no environment mars"),
        (["--password"], "the password is too weak"),
    ],
)
def test_nothing_is_made_where_it_refuses(
    monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))

    with pytest.raises(CommandError, match=says):
        granted("bo", "author", "--project", "shop", *words)

    assert not User.objects.exists()
    assert not Project.objects.exists()
