"""A run of very many small steps, queued by the studio's own services.

Imported once Django knows its settings: the servers have to be there first.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.contrib.auth.models import User

from migrate_core.files import migration as files
from migrate_core.files.migration import Migration
from migrate_core.operations.registry import from_builtins
from migrate_core.risk.policy import Policy
from studio import credentials
from studio.embedded import Postgres
from studio.models import Change, Environment, Project, Run, Target
from studio.services import changes, planning, policies, runs, targets

DATABASE = "wide"
COLUMNS_A_TABLE = 20


SLOW_DOWN = """
CREATE FUNCTION public.slow_down() RETURNS event_trigger LANGUAGE plpgsql
    AS $$ BEGIN PERFORM pg_catalog.pg_sleep({seconds}); END $$;
CREATE EVENT TRIGGER slow_down ON ddl_command_start WHEN TAG IN ('COMMENT')
    EXECUTE FUNCTION public.slow_down();
"""


def make_target(server: Postgres, steps: int, pause_seconds: float = 0.0) -> Target:
    """A database of its own, in an environment whose gates ask for no second person.

    `pause_seconds` is how long each step takes besides its own work.
    """
    server.ensure_database(DATABASE)
    url = server.login_url(DATABASE)
    with psycopg.connect(url) as conn:
        for table in range(-(-steps // COLUMNS_A_TABLE)):
            columns = ", ".join(f"field_{number} text" for number in range(COLUMNS_A_TABLE))
            conn.execute(f"CREATE TABLE public.table_{table} ({columns})".encode())
    if pause_seconds:
        with psycopg.connect(server.url(DATABASE)) as conn:
            conn.execute(SLOW_DOWN.format(seconds=pause_seconds).encode())
    trial = Environment.objects.create(
        project=Project.objects.get(name="storefront"), name="trial", kind="dev"
    )
    policies.add(trial, Policy(verify=False), None, note="nothing is rehearsed")
    parts = urlsplit(url)
    made = Target(
        environment=trial,
        name=DATABASE,
        host=unquote(parts.query.partition("=")[2]),
        port=5432,
        dbname=DATABASE,
        user=unquote(parts.username or ""),
        sslmode=Target.SslMode.DISABLE,
        schemas=["public"],
    )
    credentials.seal(made, unquote(parts.password or ""))
    made.save()
    targets.look(made)
    return made


def queue(target: Target, steps: int, number: int) -> Run:
    """The run number `number`, waiting for a worker; each says something else."""
    change = changes.create(target, migration(steps, number), person("anna"))
    waiting = changes.latest_plan(change)
    assert waiting is not None
    planning.make(waiting.pk)  # unless a worker was quicker to take it
    while (plan := changes.current_plan(Change.objects.get(pk=change.pk))) is None:
        time.sleep(0.1)
    return runs.start(change, person("dee"), plan_hash=plan.hash)


def migration(steps: int, number: int) -> Migration:
    return Migration(
        id=files.new_id(f"describe_{number}", datetime.now(UTC)),
        description="Describe every column",
        operations=tuple(from_builtins(comment(place, number)) for place in range(steps)),
    )


def comment(place: int, number: int) -> dict[str, Any]:
    table, column = divmod(place, COLUMNS_A_TABLE)
    return {
        "op": "setComment",
        "object": "column",
        "schema": "public",
        "name": f"table_{table}",
        "part": f"field_{column}",
        "comment": f"What field {column} means, {number}",
    }


def person(name: str) -> User:
    return User.objects.get(username=name)
