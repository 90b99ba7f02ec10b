from __future__ import annotations

import pytest
from django.test import Client, override_settings
from pytest_django.asserts import assertContains

pytestmark = pytest.mark.django_db


def test_the_gallery_shows_every_component(client: Client) -> None:
    response = client.get("/gallery/?theme=dark")

    assertContains(response, 'data-theme="dark"')
    assertContains(response, "waiting for a lock")
    assertContains(response, "\\u202e")


def test_the_gallery_is_not_there_in_production(client: Client) -> None:
    with override_settings(DEMO=False):
        assert client.get("/gallery/").status_code == 404


def test_the_gallery_is_only_read(client: Client) -> None:
    assert client.post("/gallery/").status_code == 405
