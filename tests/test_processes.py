"""The fixtures that start the studio's own processes, which other tests stand on."""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from studio.celery import app
from tests.processes import StudioProcess, answers

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


def test_the_server_runs_on_the_test_database(
    studio_server: str, process_environment: dict[str, str]
) -> None:
    with urllib.request.urlopen(f"{studio_server}/healthz") as response:
        assert response.status == 200
    assert f"/{connection.settings_dict['NAME']}?" in process_environment["DATABASE_URL"]
    assert "DJANGO_ALLOW_ASYNC_UNSAFE" not in process_environment


def test_the_server_can_be_killed_and_started(
    studio_web: StudioProcess, studio_server: str
) -> None:
    studio_web.kill()
    assert not answers(f"{studio_server}/healthz")

    studio_web.start()
    assert answers(f"{studio_server}/healthz")


def test_a_worker_takes_both_queues_and_can_be_killed(studio_worker: StudioProcess) -> None:
    queues = app.control.inspect(timeout=5).active_queues() or {}
    assert {queue["name"] for found in queues.values() for queue in found} == {"apply", "light"}
    first = studio_worker.pid

    studio_worker.kill()
    studio_worker.start()

    assert studio_worker.pid != first


def test_the_servers_of_a_session_are_not_those_of_the_person_who_runs_it() -> None:
    assert Path(settings.DATABASES["default"]["HOST"]).parents[1].name.startswith("zanith-")
    assert os.environ["REDIS_URL"].startswith("unix://")
