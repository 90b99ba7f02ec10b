"""What a production installation refuses, and what the demo is allowed."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client, RequestFactory

from studio import environment
from studio.celery import app

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def ask(expression: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The value of an expression under settings read from this environment alone."""
    return subprocess.run(
        [sys.executable, "-c", f"from studio import settings; print({expression})"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
    )


def production(expression: str, **env: str) -> str:
    done = ask(expression, ZANITH_SECRET_KEY=secrets.token_urlsafe(48), **env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("key", ["", "short", "change-me"])
def test_without_a_long_secret_key_it_does_not_start(key: str) -> None:
    done = ask("1", ZANITH_SECRET_KEY=key)

    assert done.returncode == 1
    assert "ZANITH_SECRET_KEY" in done.stderr.splitlines()[-1]


def test_debug_does_not_start_outside_the_demo() -> None:
    done = ask("1", ZANITH_SECRET_KEY=secrets.token_urlsafe(48), ZANITH_DEBUG="1")

    assert done.returncode == 1
    assert "ZANITH_DEBUG" in done.stderr.splitlines()[-1]


def test_the_demo_starts_with_a_key_of_its_own_every_time() -> None:
    first, second = (ask("settings.SECRET_KEY", ZANITH_DEMO="1").stdout for _ in range(2))

    assert len(first) > 50
    assert first != second


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 60 + "\n")

    done = ask("settings.SECRET_KEY", ZANITH_SECRET_KEY_FILE=str(tmp_path / "key"))

    assert done.stdout.strip() == "k" * 60


def test_cookies_are_bound_to_the_host_and_to_tls() -> None:
    names = (
        "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE"
    )

    assert production(names) == "__Host-session __Host-csrf True"


def test_nobody_is_served_until_hosts_are_named() -> None:
    assert production("settings.ALLOWED_HOSTS") == "[]"
    assert production("settings.ALLOWED_HOSTS", ZANITH_ALLOWED_HOSTS="a.example, b.example") == (
        "['a.example', 'b.example']"
    )


def test_the_policy_is_the_one_that_was_agreed() -> None:
    middleware = CSPMiddleware(lambda request: HttpResponse("x"))

    response = middleware.process_response(RequestFactory().get("/"), HttpResponse("x"))

    sent = {part.strip() for part in response.headers["Content-Security-Policy"].split(";")}
    assert sent == set(POLICY.split("; "))


def test_messages_carry_wake_ups_only() -> None:
    assert settings.CELERY_RESULT_BACKEND is None
    assert settings.CELERY_TASK_IGNORE_RESULT is True
    assert settings.CELERY_TASK_PUBLISH_RETRY is False
    assert settings.CELERY_TASK_ACKS_LATE is False
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]


def test_runs_go_to_a_queue_of_their_own() -> None:
    router = app.amqp.router

    assert router.route({}, "studio.apply_run")["queue"].name == "apply"
    assert router.route({}, "studio.plan_change")["queue"].name == "light"


@pytest.mark.django_db
def test_passwords_are_hashed_with_argon2(django_user_model: Any) -> None:
    person = django_user_model.objects.create_user("new", password="a long enough word")

    assert person.password.startswith("argon2")


def test_health_is_answered_without_a_login() -> None:
    response = Client().get("/healthz")

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("url", "host", "options"),
    [
        ("postgresql://u:p%2Fw@db.example:5433/studio?sslmode=verify-full", "db.example", True),
        ("postgresql://u:p%2Fw@/studio?host=/run/socket", "/run/socket", False),
    ],
)
def test_a_database_url_becomes_djangos_settings(url: str, host: str, options: bool) -> None:
    found = environment.database(url)

    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("studio", "u", "p/w")
    assert found["HOST"] == host
    assert found["OPTIONS"] == ({"sslmode": "verify-full"} if options else {})


def test_another_database_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        environment.database("mysql://u:canary@host/studio")

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("redis", "kombu"),
    [
        ("redis://:pw@valkey:6379/0", "redis://:pw@valkey:6379/0"),
        ("unix://:pw@/s/v.sock?db=3", "redis+socket://:pw@/s/v.sock?virtual_host=3"),
    ],
)
def test_a_redis_url_becomes_kombus(redis: str, kombu: str) -> None:
    assert environment.broker(redis) == kombu
