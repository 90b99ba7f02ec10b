from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from studio.views import errors

REQUEST = RequestFactory().get("/runs/<b>\u202e/")


@pytest.mark.parametrize(
    ("response", "status", "words"),
    [
        (errors.not_found(REQUEST, Http404()), 404, "There is nothing at this address"),
        (errors.forbidden(REQUEST, PermissionDenied("Ask a DBA.")), 403, "Ask a DBA."),
        (errors.failed(REQUEST), 500, "The studio made a mistake"),
        (errors.csrf(REQUEST, "no cookie"), 403, "The form came without its token"),
    ],
)
def test_an_error_page_needs_no_database_and_says_what_to_do(
    response: HttpResponse, status: int, words: str
) -> None:
    text = response.content.decode()

    assert response.status_code == status
    assert words in text
    assert "What to do." in text
    assert "Still true." in text


def test_an_address_is_shown_escaped() -> None:
    text = errors.not_found(REQUEST, Http404()).content.decode()

    assert "<b>" not in text
    assert "\u202e" not in text
