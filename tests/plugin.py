"""Starts the servers that a test session needs, before Django reads its settings.

One pytest process starts a main and a shadow PostgreSQL and a Valkey, all in a private folder
without fsync; the workers of pytest-xdist find them in the environment. A DATABASE_URL of
the person who runs the tests is never used: tests drop databases.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from cryptography.fernet import Fernet

from studio import embedded, majors
from studio.binaries import EmbeddedServerError, postgres_folder
from studio.embedded import Postgres, Valkey
from studio.server import temporary_folder
from tests import chromium
from tests.conformance import cases

POSTGRES_FIXTURES = frozenset({"make_db", "make_db_on", "url_on", "major"})
BROWSER_FIXTURES = frozenset({"page", "context", "new_context", "browser"})  # pytest-playwright's
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
FOLDER = pytest.StashKey[Path]()
SERVERS = pytest.StashKey[list[Postgres | Valkey]]()
MISSING_CASES = pytest.StashKey[int]()
# Many small databases that are gone soon: a vacuum of each would take a fifth of the processors.
SETTINGS = ("max_connections=800", "autovacuum_naptime=1h", "max_prepared_transactions=10")

# How fast a machine draws examples says nothing about what is tested.
PROFILE = "zanith"
hypothesis.settings.register_profile(
    PROFILE, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("zanith")
    group.addoption("--full", action="store_true", help="run the larger sizes, marked `full`")
    group.addoption("--seed", type=int, help="what random schemas, rows and moments start from")
    group.addoption("--golden", action="store_true", help="write the golden files anew, to be read")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """A wrapper, so that it comes before pytest-django loads the settings."""
    if WORKER:
        _use_own_broker_database()
        _choose_own_shadow(early_config)
    else:
        _choose_servers(early_config)
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile(PROFILE)
    if config.option.seed is None:
        config.option.seed = int(os.environ.setdefault("ZANITH_TEST_SEED", str(_fresh_seed())))


def pytest_report_header(config: pytest.Config) -> str:
    majors_here = ", ".join(map(str, sorted(bin_folders())))
    return (
        f"zanith: --seed={config.option.seed} PostgreSQL binaries: {os.environ['ZANITH_PG_BIN']}"
        f" (tests of majors run on {majors_here})"
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    servers = session.config.stash.get(SERVERS, [])
    embedded.start_all(servers)
    for server in servers:
        if isinstance(server, Postgres):
            server.ensure_login()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Called at the end, after Ctrl-C too; a killed process takes its servers along by itself."""
    for server in config.stash.get(SERVERS, []):
        server.stop()
    if folder := config.stash.get(FOLDER, None):
        shutil.rmtree(folder)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `major` runs on every PostgreSQL of the session."""
    if "major" in metafunc.fixturenames:
        metafunc.parametrize("major", sorted(bin_folders()))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if not BROWSER_FIXTURES.isdisjoint(fixtures):
            item.add_marker(pytest.mark.browser)
        if not POSTGRES_FIXTURES.isdisjoint(fixtures):
            item.add_marker(pytest.mark.pg)
    _deselect(config, items, _needs_a_newer_server)
    if not config.option.full:
        _deselect(config, items, lambda item: item.get_closest_marker("full"))


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def pytest_deselect_conformance(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The cases are data beside the repository, which a clone of it need not have."""
    if not cases.path().is_file():
        _note_missing_cases(config, len(_deselect(config, items, _is_a_case)))


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def pytest_deselect_browser(config: pytest.Config, items: list[pytest.Item]) -> None:
    """After -k and -m have chosen: only a session that wants a browser looks for one."""
    if any(map(_wants_a_browser, items)) and not chromium.ensure():
        _note_missing_browser(config, len(_deselect(config, items, _wants_a_browser)))


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_testnodedown(node: object) -> None:
    """What a worker of pytest-xdist found missing, told to the process that prints the summary."""
    output = getattr(node, "workeroutput", {})
    if count := output.get("without_browser", 0):
        _note_missing_browser(node.config, count)  # type: ignore[attr-defined]  # xdist has no types
    if count := output.get("without_cases", 0):
        _note_missing_cases(node.config, count)  # type: ignore[attr-defined]  # xdist has no types


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.stash.get(chromium.MISSING, 0) and session.exitstatus in (0, 5):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if count := terminalreporter.config.stash.get(chromium.MISSING, 0):
        terminalreporter.write_sep("=", "browser tests did not run", red=True)
        terminalreporter.write_line(f"{count} tests need Chromium. {chromium.HINT}")
    if count := terminalreporter.config.stash.get(MISSING_CASES, 0):
        terminalreporter.write_sep("=", "conformance tests did not run", yellow=True)
        terminalreporter.write_line(f"{count} tests need {cases.path()}. {cases.HINT}")


@cache
def bin_folders() -> dict[int, Path]:
    """Major version -> bin folder: those of ZANITH_PG_MATRIX, or what is here without fetching."""
    if wanted := majors.matrix():
        return majors.bin_folders(wanted)
    found = {}
    for folder in majors.SYSTEM.glob("*/bin"):
        if (folder / "initdb").exists() and int(folder.parent.name) >= majors.OLDEST:
            found[int(folder.parent.name)] = folder
    return {**found, int(os.environ["ZANITH_TEST_MAJOR"]): Path(os.environ["ZANITH_PG_BIN"])}


def _choose_matrix() -> None:
    """Fetches what is missing before any worker starts, and ends the session where it cannot.

    The newest serves as the session's own, unless ZANITH_PG_BIN has chosen that.
    """
    try:
        found = majors.bin_folders(majors.matrix())
    except EmbeddedServerError as error:
        raise pytest.UsageError(str(error)) from error
    if found:
        given = filter(None, [os.environ.get(majors.FOLDERS)])
        os.environ[majors.FOLDERS] = os.pathsep.join([*map(str, found.values()), *given])
        os.environ.setdefault("ZANITH_PG_BIN", str(found[max(found)]))


def _choose_servers(config: pytest.Config) -> None:
    """Places and passwords now, because settings need them; the start comes with the session."""
    _choose_matrix()
    folder = config.stash[FOLDER] = temporary_folder()
    main = Postgres(folder / "main", durable=False, settings=SETTINGS)
    shadow = _shadow(folder)
    valkey = Valkey(folder / "valkey")
    servers: list[Postgres | Valkey] = [main, shadow, valkey]
    config.stash[SERVERS] = servers
    os.environ |= {
        "DATABASE_URL": main.login_url("studio"),
        "SHADOW_URL": shadow.login_url(),
        "REDIS_URL": valkey.url(),
        "ZANITH_TEST_SERVER_URL": main.url(),
        "ZANITH_TEST_SHADOW_ADMIN_URL": shadow.url(),
        "ZANITH_TEST_MAJOR": str(main.major()),
        "ZANITH_PG_BIN": str(postgres_folder()),
        "ZANITH_DEMO": "1",
        "ZANITH_SECRET_KEY": secrets.token_urlsafe(48),
        "ZANITH_CREDENTIAL_KEYS": Fernet.generate_key().decode(),
        "ZANITH_EVIDENCE_KEY": secrets.token_urlsafe(32),
        # Playwright keeps an event loop in this process; the servers under test run in their own.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }


def _shadow(folder: Path) -> Postgres:
    return Postgres(
        folder / "shadow", name="shadow", login="provisioner", durable=False, settings=SETTINGS
    )


def _choose_own_shadow(config: pytest.Config) -> None:
    """Tests of the shadow look at all that a server holds, so workers cannot share one."""
    folder = config.stash[FOLDER] = temporary_folder()
    shadow = _shadow(folder)
    servers: list[Postgres | Valkey] = [shadow]
    config.stash[SERVERS] = servers
    os.environ["SHADOW_URL"] = shadow.login_url()
    os.environ["ZANITH_TEST_SHADOW_ADMIN_URL"] = shadow.url()


def _use_own_broker_database() -> None:
    """Workers share one Valkey, each with a database of its own."""
    number = int(WORKER.removeprefix("gw")) % 15 + 1
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].partition('?')[0]}?db={number}"


def _fresh_seed() -> int:
    return random.SystemRandom().randrange(2**32)


def _wants_a_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None


def _needs_a_newer_server(item: pytest.Item) -> bool:
    """By the mark since(major); the server is one of `major`, or else the session's own."""
    own = int(os.environ["ZANITH_TEST_MAJOR"])
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return any(mark.args[0] > parameters.get("major", own) for mark in item.iter_markers("since"))


def _is_a_case(item: pytest.Item) -> bool:
    return item.get_closest_marker("conformance") is not None


def _deselect(
    config: pytest.Config, items: list[pytest.Item], unwanted: Callable[[pytest.Item], object]
) -> list[pytest.Item]:
    gone = [item for item in items if unwanted(item)]
    if gone:
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=gone)
    return gone


def _note_missing_browser(config: pytest.Config, count: int) -> None:
    config.stash[chromium.MISSING] = count
    if WORKER:
        config.workeroutput["without_browser"] = count  # type: ignore[attr-defined]  # xdist adds it


def _note_missing_cases(config: pytest.Config, count: int) -> None:
    config.stash[MISSING_CASES] = count
    if WORKER:
        config.workeroutput["without_cases"] = count  # type: ignore[attr-defined]  # xdist adds it
