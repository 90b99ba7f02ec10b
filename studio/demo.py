"""The demo's people, targets and stories: made once, quick to find in place afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from migrate_core.declared import removal
from migrate_core.risk.windows import Freeze
from migrate_core.states import ChangeState, RunState
from studio import credentials, stories
from studio.boards.change import OVER
from studio.boards.run import is_silent
from studio.models import (
    Attempt,
    Change,
    Environment,
    Membership,
    Project,
    RecordHead,
    Role,
    Run,
    Target,
)
from studio.models.changes import Work
from studio.services import audit, changes, people, policies, runs, takeovers, targets
from studio.services.refusals import BusyError, StaleError
from studio.stories import Story
from studio.storybooks import begin, is_applied_earlier

DEMO = settings.BASE_DIR / "demo"
BASE = "storefront_base"
COPIES_AT_ONCE = 3
LAST_CHRISTMAS = Freeze(
    begins=datetime(2025, 12, 20, tzinfo=UTC),
    ends=datetime(2026, 1, 2, tzinfo=UTC),
    reason="the Christmas trade",
    owner="otto",
)
PEOPLE = (
    ("anna", "Anna", Role.AUTHOR),
    ("bo", "Bo", Role.REVIEWER),
    ("dee", "Dee", Role.OPERATOR),
    ("iris", "Iris", Role.AUDITOR),
    ("otto", "Otto", Role.ADMIN),
)


def prepare(*, reset: bool = False) -> None:
    """Everything the first page needs; what is there already is left as it is."""
    if not reset and _is_prepared():
        return
    project, production = _project()
    _people(project)
    _policy(production)
    with _server() as conn:
        _make_base(conn)
    wanted = [story for story in stories.all_stories() if reset or not _is_begun(story)]
    made = [_clear(story, production) for story in wanted]
    with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
        list(pool.map(_copy_base, [target.dbname for target in made]))
    for story, target in zip(wanted, made, strict=True):
        _begin(story, target)


def reset_story(name: str) -> Change:
    """Its database is made anew and its change begins anew; the old one stays on the record.

    Raises:
        BusyError: a run of it is going on.
    """
    story = next((one for one in stories.all_stories() if one.name == name), None)
    if story is None:
        raise StaleError(f"there is no story {name}", hint="See the stories.")
    target = _clear(story, Environment.objects.get(kind=Environment.Kind.PROD))
    _copy_base(target.dbname)
    return _begin(story, target)


def _is_prepared() -> bool:
    return all(_is_begun(story) for story in stories.all_stories())


def _is_begun(story: Story) -> bool:
    """Whole: a preparation that was killed half-way is begun again."""
    change = Change.objects.filter(story=story.name).order_by("-pk").first()
    if change is None or not change.plans.filter(work=Work.DONE).exists():
        return False
    return not is_applied_earlier(story) or change.runs.filter(state=RunState.DONE).exists()


def _project() -> tuple[Project, Environment]:
    project = people.ensure_project("storefront", folder=str(DEMO))
    return project, project.environments.get(kind=Environment.Kind.PROD)


def _people(project: Project) -> None:
    """Without passwords: the demo signs them in by one click, and nothing else can."""
    for username, name, role in PEOPLE:
        user, made = User.objects.get_or_create(username=username, defaults={"first_name": name})
        if made:
            user.set_unusable_password()
            user.save()
        Membership.objects.get_or_create(user=user, project=project, role=role)


def _policy(production: Environment) -> None:
    """As an admin would have left it: a freeze that is over, so that every story goes on."""
    if production.policy_number == 1:
        asked = msgspec.structs.replace(production.policy, freezes=(LAST_CHRISTMAS,))
        policies.add(production, asked, person("otto"), note="Nothing moves over Christmas")


def person(username: str) -> User:
    return User.objects.get(username=username)


# Databases --------------------------------------------------------------------------------------


def _server() -> psycopg.Connection:
    """The server that holds the studio's own database: the demo's targets lie beside it."""
    return psycopg.connect(**_parameters("postgres"), autocommit=True)


def _parameters(dbname: str) -> dict[str, Any]:
    given = connection.get_connection_params()
    kept = ("user", "password", "host", "port", "sslmode")
    return {**{name: given[name] for name in kept if given.get(name)}, "dbname": dbname}


def database_name(name: str) -> str:
    """Beside a test database the demo's have names of their own."""
    own = str(connection.settings_dict["NAME"])
    return name if own == "studio" else f"{own}_{name}"[:63]


def _make_base(conn: psycopg.Connection) -> None:
    """The storefront with its rows, once; stories are copies of it."""
    name = database_name(BASE)
    ready = sql.SQL("SELECT datistemplate FROM pg_database WHERE datname = %s")
    row = conn.execute(ready, [name]).fetchone()
    if row and row[0]:
        return
    removal.drop(conn, name)
    conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    with psycopg.connect(**_parameters(name)) as base:
        for file in ("base.sql", "data.sql"):
            base.execute((DEMO / file).read_bytes())
    with psycopg.connect(**_parameters(name), autocommit=True) as base:
        base.execute("ANALYZE")
    # The mark that it is whole: set last.
    mark = sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true").format(sql.Identifier(name))
    conn.execute(mark)


def _copy_base(dbname: str) -> None:
    """On a thread of a pool: nothing in here asks Django's own connection."""
    names = {"new": sql.Identifier(dbname), "base": sql.Identifier(database_name(BASE))}
    with _server() as conn:
        removal.drop(conn, dbname)
        conn.execute(sql.SQL("CREATE DATABASE {new} TEMPLATE {base}").format(**names))


# Stories ----------------------------------------------------------------------------------------


def _clear(story: Story, production: Environment) -> Target:
    """Its target, with nothing going on there.

    Raises:
        BusyError: a run is.
    """
    target = _target(story, production)
    going_on = target.runs.filter(state__in=(RunState.QUEUED, RunState.RUNNING)).first()
    if going_on and is_silent(going_on, timezone.now()):
        takeovers.lose(going_on, again=False)
    elif going_on:
        raise BusyError(
            f"run {going_on.number} of this story is going on",
            hint="Cancel it, or wait for its end.",
        )
    _give_up(target)
    return target


def _begin(story: Story, target: Target) -> Change:
    targets.look(target)
    return begin(story, target, person("anna"))


def _give_up(target: Target) -> None:
    """What was begun before belongs to a database that is about to go."""
    with transaction.atomic():
        RecordHead.objects.filter(target=target).delete()
        for run in Run.objects.filter(target=target, state__in=runs.RESUMABLE):
            run.state, run.closed_reason = RunState.CLOSED, "the story was reset"
            run.save()
        for change in target.changes.exclude(state__in=OVER):
            changes.move(changes.locked(change), ChangeState.CLOSED)
            audit.record(None, "reset story", change, Attempt.Outcome.DONE)
        target.artifacts.all().delete()


def _target(story: Story, production: Environment) -> Target:
    """Its own database, reached as the studio's own is."""
    given = _parameters(database_name(story.database))
    target, made = Target.objects.get_or_create(
        environment=production,
        name=f"storefront-{story.name.replace('_', '-')}",
        defaults={
            "host": str(given.get("host", "")),
            "port": int(given.get("port") or 5432),
            "dbname": given["dbname"],
            "user": str(given.get("user", "")),
            "sslmode": Target.SslMode.DISABLE,
            "schemas": ["public"],
        },
    )
    same = credentials.identity(target)
    target.host, target.port = str(given.get("host", "")), int(given.get("port") or 5432)
    if made or credentials.identity(target) != same or not target.sealed_password:
        credentials.seal(target, str(given.get("password", "")))
        target.save()
    return target
