"""The private servers: who may connect, what a kill leaves, which PostgreSQL it is."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from kombu import Connection
from psycopg.conninfo import make_conninfo
from redis.backoff import NoBackoff
from redis.retry import Retry

from studio import environment, server
from studio.binaries import EmbeddedServerError, check_owner
from studio.embedded import Postgres, Valkey
from studio.server import temporary_folder

pytestmark = pytest.mark.db


@pytest.fixture
def folder() -> Iterator[Path]:
    outer = temporary_folder()
    yield outer / "one"
    shutil.rmtree(outer)


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder, durable=False)
    yield server.start()
    server.stop()


def test_the_shared_server_asks_for_a_password(server_url: str) -> None:
    wrong = make_conninfo(server_url, password="guess")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_the_shared_server_is_reached_by_a_private_socket_only(server_url: str) -> None:
    with psycopg.connect(server_url) as conn:
        listen, folder = conn.execute(
            "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        ).fetchone() or ("", "")

    assert listen == ""
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700


# Other tests have roles of their own meanwhile, without one.
PASSWORDS = "SELECT rolpassword FROM pg_authid WHERE rolcanlogin AND rolpassword IS NOT NULL"


def test_passwords_are_kept_as_scram_secrets(server_url: str) -> None:
    with psycopg.connect(server_url) as conn:
        secrets = conn.execute(PASSWORDS).fetchall()

    assert len(secrets) >= 2
    assert all(secret.startswith("SCRAM-SHA-256$") for (secret,) in secrets)


def test_text_is_utf8_and_sorted_by_code_point(make_db: Callable[..., psycopg.Connection]) -> None:
    conn = make_db("CREATE TABLE words (w text); INSERT INTO words VALUES ('é'), ('z'), ('Z')")

    assert conn.info.encoding == "utf-8"
    assert conn.execute("SELECT w FROM words ORDER BY w").fetchall() == [("Z",), ("z",), ("é",)]


def test_the_provisioner_makes_roles_and_databases_and_is_no_superuser(shadow_url: str) -> None:
    with psycopg.connect(shadow_url, autocommit=True) as conn:
        conn.execute("CREATE ROLE tried LOGIN NOCREATEDB")
        conn.execute("GRANT tried TO CURRENT_USER")  # before 16 it is not implied
        conn.execute("CREATE DATABASE tried_db OWNER tried")
        conn.execute("DROP DATABASE tried_db")
        conn.execute("DROP ROLE tried")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("COPY (SELECT 1) TO PROGRAM 'cat'")


def test_starts_again_with_its_data_and_its_password(folder: Path, postgres: Postgres) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as conn:
        conn.execute("CREATE TABLE kept (id int)")
    postgres.stop()

    again = Postgres(folder, durable=False).start()
    try:
        with psycopg.connect(again.url()) as conn:
            assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        again.stop()


def test_a_killed_server_starts_again(folder: Path, postgres: Postgres) -> None:
    assert postgres.process is not None
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait()
    assert (postgres.data / "postmaster.pid").exists()

    again = Postgres(folder, durable=False).start()
    again.stop()


def test_a_process_number_used_again_is_not_taken_for_a_server(
    folder: Path, postgres: Postgres
) -> None:
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n")

    again = Postgres(folder, durable=False).start()
    again.stop()


def test_a_server_that_an_earlier_start_left_running_is_ended_first(
    folder: Path, postgres: Postgres
) -> None:
    again = Postgres(folder, durable=False).start()
    try:
        assert postgres.process is not None
        assert postgres.process.wait() == 0
    finally:
        again.stop()


def test_data_of_another_major_is_refused_with_a_way_out(folder: Path, postgres: Postgres) -> None:
    postgres.stop()
    (postgres.data / "PG_VERSION").write_text("9\n")

    with pytest.raises(EmbeddedServerError, match="has data of PostgreSQL 9") as caught:
        Postgres(folder, durable=False).start()
    assert "--reset" in caught.value.hint


def test_an_interrupted_initdb_is_begun_again(folder: Path) -> None:
    (folder / "new" / "data").mkdir(parents=True)
    folder.chmod(0o711)
    (folder / "new" / "data" / "PG_VERSION").write_text("18\n")

    Postgres(folder, durable=False).start().stop()


def test_every_major_of_this_machine_can_be_started(
    major: int, make_db_on: Callable[..., psycopg.Connection]
) -> None:
    conn = make_db_on(major, "CREATE TABLE here (id int)")

    assert conn.info.server_version // 10000 == major


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 20)
    tmp_path.chmod(0o711)

    postgres = Postgres(folder, durable=False)

    assert len(str(postgres.sockets)) < server.LONGEST_SOCKET_FOLDER
    assert stat.S_IMODE(postgres.sockets.stat().st_mode) == 0o700


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)

    with pytest.raises(EmbeddedServerError, match="not a folder of ours alone"):
        check_owner(tmp_path)


def test_a_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    with pytest.raises(EmbeddedServerError, match="not a folder of ours alone"):
        check_owner(tmp_path / "link")


def test_valkey_asks_for_its_password_and_serves_both_libraries(folder: Path) -> None:
    valkey = Valkey(folder).start()
    try:
        path = urlsplit(valkey.url()).path
        with (
            redis.Redis(unix_socket_path=path, retry=Retry(NoBackoff(), 0)) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()
        with redis.Redis.from_url(f"{valkey.url()}?db=3") as client:
            assert client.ping()
        with Connection(environment.broker(f"{valkey.url()}?db=3")) as broker:
            client = broker.channel().client  # type: ignore[attr-defined]  # of the Redis transport
            assert client.connection_pool.connection_kwargs["db"] == 3
            assert client.ping()
    finally:
        valkey.stop()
