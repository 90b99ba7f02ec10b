"""A primary with a streaming standby, to fail over to."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from migrate_core.pg.connect import Endpoint
from studio.embedded import Postgres
from studio.server import temporary_folder

# Committed means committed here; what the standby has is up to us.
SETTINGS = ("fsync=off", "full_page_writes=off", "wal_keep_size=256MB", "wal_level=replica")


class Pair:
    """Two servers in one folder; `database` is where the run happens."""

    def __init__(self, database: str = "target") -> None:
        self.database = database
        self.folder = temporary_folder()
        self.primary = Postgres(self.folder / "primary", name="primary", settings=SETTINGS).start()
        with psycopg.connect(self.primary.url(), autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {database} TEMPLATE template0".encode())
            self.standby = self._clone(conn)
        self.current = self.primary

    def connect(self) -> Connection[Any]:
        return psycopg.connect(self.url(self.current), autocommit=True)

    def url(self, server: Postgres) -> str:
        return server.url(self.database, password=self.primary.password)

    def endpoint(self) -> Endpoint:
        info = psycopg.conninfo.conninfo_to_dict(self.url(self.current))
        return Endpoint(
            dbname=self.database,
            host=str(info["host"]),
            user=str(info["user"]),
            password=self.primary.password,
        )

    def cut_off(self) -> None:
        """The standby hears no more: what comes now is lost with the primary."""
        self.wait_until_replayed()
        with psycopg.connect(self.url(self.standby), autocommit=True) as conn:
            conn.execute("ALTER SYSTEM SET primary_conninfo = ''")
            conn.execute("SELECT pg_reload_conf()")
            _until(conn, "SELECT count(*) = 0 FROM pg_stat_wal_receiver")

    def wait_until_replayed(self) -> None:
        with psycopg.connect(self.primary.url(), autocommit=True) as conn:
            row = conn.execute("SELECT pg_current_wal_lsn()").fetchone()
            assert row is not None
        with psycopg.connect(self.url(self.standby), autocommit=True) as conn:
            _until(conn, f"SELECT pg_last_wal_replay_lsn() >= '{row[0]}'")

    def fail_over(self) -> None:
        """The primary dies at once; the standby takes its place."""
        kill(self.primary)
        with psycopg.connect(self.url(self.standby), autocommit=True) as conn:
            conn.execute("SELECT pg_promote()")
        self.current = self.standby

    def stop(self) -> None:
        for server in (self.standby, self.primary):
            server.stop()
        shutil.rmtree(self.folder)

    def _clone(self, conn: Connection[Any]) -> Postgres:
        """PostgreSQL documentation, "Making a Base Backup Using the Low Level API"."""
        old = conn.info.server_version < 150000
        begin = "pg_start_backup('clone', true, false)" if old else "pg_backup_start('clone', true)"
        end = "pg_stop_backup(false, false)" if old else "pg_backup_stop(false)"
        conn.execute(f"SELECT {begin}".encode())
        folder = self.folder / "standby"
        standby = Postgres(folder, name="standby", settings=(*SETTINGS, "hot_standby=on"))
        skipped = shutil.ignore_patterns("postmaster.*")
        shutil.copytree(self.primary.data, standby.data, ignore=skipped)
        row = conn.execute(f"SELECT labelfile FROM {end}".encode()).fetchone()
        assert row is not None
        (standby.data / "backup_label").write_text(row[0])
        (standby.data / "standby.signal").touch()
        whom = {"dbname": "replication", "application_name": "standby"}
        primary = make_conninfo(self.primary.url(), **whom)
        with (standby.data / "postgresql.auto.conf").open("a") as settings:
            settings.write("primary_conninfo = '" + primary.replace("'", "''") + "'\n")
        _give(standby.data, self.primary.data)
        return standby.start()


def kill(server: Postgres) -> None:
    """pg_ctl stop -m immediate."""
    pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGQUIT)
    assert server.process is not None
    server.process.wait()


def _give(copy: Path, original: Path) -> None:
    """To the account that owns the original."""
    owner = original.stat()
    if owner.st_uid != os.getuid():
        for path in (copy, *copy.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _until(conn: Connection[Any], question: str) -> None:
    give_up = time.monotonic() + 30
    while conn.execute(question.encode()).fetchone() != (True,):
        assert time.monotonic() < give_up, question
        time.sleep(0.02)
