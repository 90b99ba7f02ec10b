from __future__ import annotations

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.db import connection

from studio import credentials
from studio.credentials import CredentialError
from studio.models import Target
from studio.services import targets
from tests.studio.conftest import MakeTarget

SECRET = "canary-9f1d-password"


@pytest.fixture
def sealed(target: Target) -> Target:
    credentials.seal(target, SECRET)
    target.save()
    return target


def test_a_password_is_read_back_for_its_own_connection(sealed: Target) -> None:
    assert credentials.unseal(Target.objects.get(pk=sealed.pk)) == SECRET


def test_the_database_holds_no_password(sealed: Target) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM studio_target AS t")
        assert not any(SECRET in row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("field", "value"),
    [("host", "elsewhere"), ("port", 1), ("dbname", "x"), ("user", "x"), ("sslmode", "require")],
)
def test_another_connection_cannot_use_it(sealed: Target, field: str, value: object) -> None:
    setattr(sealed, field, value)

    with pytest.raises(CredentialError, match="belongs to another connection"):
        credentials.unseal(sealed)


def test_a_seal_moved_to_another_row_is_refused(sealed: Target, make_target: MakeTarget) -> None:
    other = make_target()
    other.sealed_password = sealed.sealed_password

    with pytest.raises(CredentialError, match="belongs to another connection"):
        credentials.unseal(other)


def test_a_new_key_still_opens_what_an_old_one_sealed(sealed: Target, settings: object) -> None:
    old = settings.CREDENTIAL_KEYS  # type: ignore[attr-defined]  # Django's settings
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *old]  # type: ignore[attr-defined]  # as above
    assert credentials.unseal(sealed) == SECRET

    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]  # type: ignore[attr-defined]  # as above
    with pytest.raises(CredentialError, match="cannot be read"):
        credentials.unseal(sealed)


@pytest.mark.parametrize(
    ("field", "value", "answer"),
    [
        (None, None, "FINE"),
        ("port", 1, "UNREACHABLE"),
        ("user", "nobody_of_that_name", "REFUSED"),
        ("dbname", "no_such_database", "UNUSABLE"),
        ("host", "no-such-host.invalid", "UNREACHABLE"),
        ("host", "169.254.169.254", "UNREACHABLE"),
    ],
)
def test_a_test_of_a_connection_has_five_answers(
    target: Target, field: str | None, value: object, answer: str
) -> None:
    password = credentials.unseal(target)
    if field:
        setattr(target, field, value)

    assert targets.try_connection(target, password) is targets.Connection[answer]


def test_outside_the_demo_this_machine_is_no_target(target: Target, settings: object) -> None:
    password = credentials.unseal(target)
    settings.DEMO = False  # type: ignore[attr-defined]  # Django's settings

    for host in (target.host, "127.0.0.1", "localhost", "::1", "::ffff:127.0.0.1"):
        target.host = host
        assert targets.try_connection(target, password) is targets.Connection.UNREACHABLE


def test_a_target_that_went_away_says_so(target: Target, server_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(f'ALTER DATABASE "{target.dbname}" ALLOW_CONNECTIONS false'.encode())

    assert targets.look(target) is None
    assert Target.objects.get(pk=target.pk).state == Target.State.UNREACHABLE
