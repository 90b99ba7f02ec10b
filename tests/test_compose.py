"""compose.yaml says what the settings and the supervisor say. It is read here, not run."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from studio import environment, settings, supervisor

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Passwords as .env would hold them.
PASSWORDS = {
    "POSTGRES_PASSWORD": "one",
    "SHADOW_PASSWORD": "two",
    "SHADOW_ADMIN_PASSWORD": "three",
    "VALKEY_PASSWORD": "four",
}
OURS = sorted(name for name in SERVICES if "python" in SERVICES[name]["image"])


def interpolate(text: str) -> str:
    """As compose does: ${NAME:?why} from .env, $$ for a dollar sign."""
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda match: PASSWORDS[match[1]], text)
    return text.replace("$$", "$")


def words(service: str) -> list[str]:
    command = SERVICES[service]["command"]
    return shlex.split(command) if isinstance(command, str) else command


def option(arguments: list[str] | tuple[str, ...], name: str) -> str:
    return arguments[arguments.index(name) + 1]


def test_it_has_the_parts_of_the_demo() -> None:
    assert set(SERVICES) == {
        *("postgres", "shadow", "valkey", "preparation"),
        *("web", "worker-apply", "worker-light", "reconciler"),
    }


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"preparation"}))
def test_every_service_that_stays_is_watched_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_images_are_official_and_of_a_known_version() -> None:
    images = {service["image"] for service in SERVICES.values()}

    assert images == {"postgres:18", "valkey/valkey:9", "python:3.11-slim"}


def test_the_studio_waits_for_what_it_needs() -> None:
    assert SERVICES["preparation"]["depends_on"] == {
        name: {"condition": "service_healthy"} for name in ("postgres", "shadow", "valkey")
    }
    for name in set(OURS) - {"preparation"}:
        assert SERVICES[name]["depends_on"] == {
            "preparation": {"condition": "service_completed_successfully"}
        }


def test_only_the_web_is_published_and_only_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published == {"web": ["127.0.0.1:8000:8000"]}


def test_its_addresses_lead_to_its_services_with_their_passwords() -> None:
    env = {name: interpolate(value) for name, value in SERVICES["web"]["environment"].items()}
    database = environment.database(env["DATABASE_URL"])
    postgres = {name: interpolate(v) for name, v in SERVICES["postgres"]["environment"].items()}
    shadow = {name: interpolate(v) for name, v in SERVICES["shadow"]["environment"].items()}

    assert database["HOST"] == "postgres"
    assert database["USER"] == postgres["POSTGRES_USER"]
    assert database["PASSWORD"] == postgres["POSTGRES_PASSWORD"]
    assert database["NAME"] == postgres["POSTGRES_DB"]
    assert urlsplit(env["SHADOW_URL"]).hostname == "shadow"
    assert urlsplit(env["SHADOW_URL"]).password == shadow["SHADOW_PASSWORD"]
    assert urlsplit(env["REDIS_URL"]).hostname == "valkey"
    password = interpolate(SERVICES["valkey"]["environment"]["VALKEY_PASSWORD"])
    assert urlsplit(env["REDIS_URL"]).password == password


def test_the_shadow_gives_a_provisioner_that_is_no_superuser() -> None:
    script = COMPOSE["configs"]["provisioner"]["content"]
    user = urlsplit(interpolate(SERVICES["web"]["environment"]["SHADOW_URL"])).username

    assert f"CREATE ROLE {user} LOGIN CREATEDB CREATEROLE PASSWORD" in script
    assert " SUPERUSER" not in script


def test_the_queues_are_those_that_messages_go_to() -> None:
    served = {option(words(name), "-Q") for name in ("worker-apply", "worker-light")}
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    assert served == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


def test_the_workers_start_and_stop_as_the_supervisor_has_them() -> None:
    ours = supervisor.worker_command({}, Path("log"), ("apply",), 2)
    for name in ("worker-apply", "worker-light"):
        arguments = words(name)
        assert option(arguments, "-P") == option(ours.argv, "-P")
        assert {"--without-gossip", "--without-mingle"} <= set(arguments) & set(ours.argv)
        remap = SERVICES[name]["environment"]["REMAP_SIGTERM"]
        assert remap == ours.environment["REMAP_SIGTERM"]
        grace = float(SERVICES[name]["stop_grace_period"].rstrip("s"))
        assert grace >= ours.grace_seconds


def test_the_web_is_served_as_the_supervisor_serves_it() -> None:
    ours = supervisor.web_command({}, Path("log"), 8000).argv
    theirs = words("web")

    for name in ("--timeout-graceful-shutdown", "--lifespan"):
        assert option(theirs, name) == option(ours, name)
    assert "studio.asgi:application" in theirs


def test_a_production_start_with_the_filled_in_example_passes_the_deployment_check() -> None:
    example = (ROOT / "compose.env.example").read_text().splitlines()
    entries = dict(line.split("=", 1) for line in example if line and not line.startswith("#"))
    filled = {name: value or secrets.token_urlsafe(48) for name, value in entries.items()}
    env = {name: interpolate(value) for name, value in SERVICES["web"]["environment"].items()}
    del env["PATH"]

    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **env, **filled},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("service", OURS)
def test_every_variable_it_sets_is_one_that_somebody_reads(service: str) -> None:
    sources = "".join(
        (ROOT / "studio" / name).read_text() for name in ("settings.py", "environment.py")
    )
    elsewhere = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "REMAP_SIGTERM"}

    for name in set(SERVICES[service]["environment"]) - elsewhere:
        assert f'"{name}"' in sources
