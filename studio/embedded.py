"""A private PostgreSQL and a private Valkey, for the demo and the tests.

Both work as root (they drop to an account of their own) and as a plain user, listen on
a socket in a folder closed to others, never on TCP, and ask for a generated password.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from studio import binaries, children
from studio.binaries import EmbeddedServerError
from studio.children import Command
from studio.server import START_SECONDS, Server

SUPERUSER = "postgres"
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres(Server):
    """One cluster. `durable=False` trades the data's safety in a crash for speed."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "postgres",
        login: str = "studio",
        bin_folder: Path | None = None,
        durable: bool = True,
        settings: Sequence[str] = (),
    ) -> None:
        super().__init__(folder, name)
        self.login, self.login_password = login, self.read_password("login-password")
        self.data = folder / "data"
        if self.data.exists() and self.account:
            self.account = children.owner_of(self.data)  # it may not be the one we chose today
        wanted = (bin_folder or binaries.postgres_folder()) / "postgres"
        self.bin = binaries.reachable(wanted, self.account).parent
        self.sockets = self.socket_folder()
        self.environment = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", os.defpath)}
        self.command = self._command([*(() if durable else UNSAFE_BUT_FAST), *settings])

    def _command(self, settings: Sequence[str]) -> Command:
        private = [
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "timezone=UTC",
        ]
        options = [word for setting in (*private, *settings) for word in ("-c", setting)]
        return Command(
            name=self.name,
            argv=(str(self.bin / "postgres"), "-D", str(self.data), *options),
            environment=self.environment,
            folder=self.folder,
            log=self.log,
            account=self.account,
            stop_signal=signal.SIGINT,  # PostgreSQL's "fast": roll back, disconnect, checkpoint
            grace_seconds=30,
        )

    def start(self) -> Postgres:
        self.prepare()
        self.spawn()
        self.wait()
        return self

    def prepare(self) -> None:
        """Makes the cluster on first use; clears what a killed server left. Safe in a thread."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
            return
        self.end_predecessor()
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != self.major():
            raise EmbeddedServerError(
                f"{self.name} has data of PostgreSQL {made_by}, and the server is {self.major()}",
                hint="Start over with --reset, or set ZANITH_PG_BIN to the older server.",
            )

    def wait(self) -> None:
        self.wait_until(self._is_ready)

    def url(self, database: str = "postgres", *, user: str = SUPERUSER, password: str = "") -> str:
        login = f"{quote(user)}:{quote(password or self.password, safe='')}"
        query = urlencode({"host": str(self.sockets)}, quote_via=quote, safe="/")
        return f"postgresql://{login}@/{quote(database)}?{query}"

    def login_url(self, database: str = "postgres") -> str:
        """For a login that may make databases and roles, and is no superuser."""
        return self.url(database, user=self.login, password=self.login_password)

    def ensure_login(self) -> None:
        with psycopg.connect(self.url(), autocommit=True) as conn:
            known = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [self.login])
            verb = "ALTER ROLE" if known.fetchone() else "CREATE ROLE"
            statement = sql.SQL(f"{verb} {{}} LOGIN CREATEDB CREATEROLE PASSWORD {{}}")
            name = sql.Identifier(self.login)
            conn.execute(statement.format(name, sql.Literal(self.login_password)))
            if conn.info.server_version >= 160000:
                # As before 16: who creates a role may act as it, so that OWNER TO works.
                grant = "ALTER ROLE {} SET createrole_self_grant = 'set, inherit'"
                conn.execute(sql.SQL(grant).format(name))

    def ensure_database(self, name: str) -> None:
        """Owned by the login."""
        with psycopg.connect(self.url(), autocommit=True) as conn:
            known = conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not known.fetchone():
                words = sql.Identifier(name), sql.Identifier(self.login)
                conn.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*words))

    def end_predecessor(self) -> None:
        """A server whose supervisor was killed ends by itself; a number used again is no server."""
        give_up = time.monotonic() + START_SECONDS
        while (lines := self._pid_file_lines()) and self._is_our_server(int(lines[0])):
            if time.monotonic() > give_up:
                raise EmbeddedServerError(
                    f"{self.name} of an earlier start still runs",
                    detail=f"Process {lines[0]} uses {self.data}.",
                    hint=f"End it: kill -INT {lines[0]}",
                )
            os.kill(int(lines[0]), signal.SIGINT)
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self) -> None:
        """Beside its place, then renamed: an interrupted initdb leaves nothing half-made."""
        work = self.private_folder(self.folder / "new")
        if (work / "data").exists():
            shutil.rmtree(work / "data")
        secret = work / "password"
        self.write_secret(secret, self.password)
        self.give(secret)
        self._run(
            str(self.bin / "initdb"),
            *("-D", str(work / "data"), "-U", SUPERUSER, f"--pwfile={secret}"),
            *("-A", "scram-sha-256", "-E", "UTF8", "--no-sync", *self._locale()),
        )
        secret.unlink()
        (work / "data").rename(self.data)
        work.rmdir()

    def _locale(self) -> Sequence[str]:
        """C.UTF-8 from PostgreSQL itself (17 on), so that it needs no locale of the system."""
        if self.major() < 17:
            return ("--locale=C",)
        return ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")

    def major(self) -> int:
        version = self._run(str(self.bin / "postgres"), "--version")
        return int(version.split()[-1 if "(" not in version else 2].split(".")[0])

    def _is_ready(self) -> bool:
        """postmaster.pid's eighth line, which is what pg_ctl waits for too."""
        assert self.process is not None
        lines = self._pid_file_lines()
        return len(lines) > 7 and lines[7].startswith("ready") and int(lines[0]) == self._pid()

    def _pid(self) -> int:
        """Ours, or, where the guard stays between us, whatever the file says."""
        assert self.process is not None
        lines = self._pid_file_lines()
        return int(lines[0]) if children.WATCHED and lines else self.process.pid

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _is_our_server(self, pid: int) -> bool:
        if Path("/proc/self/cwd").exists():
            try:
                return Path(f"/proc/{pid}/cwd").readlink() == self.data.resolve()
            except OSError:
                return False
        asked = ["ps", "-p", str(pid), "-o", "command="]
        shown = subprocess.run(asked, capture_output=True, text=True, check=False)
        return str(self.data) in shown.stdout

    def _run(self, *argv: str) -> str:
        account = self.account
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.folder,
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise EmbeddedServerError(f"{Path(argv[0]).name} failed", detail=said)
        return done.stdout


class Valkey(Server):
    """A broker in memory: it may forget everything, because messages carry ids only."""

    def __init__(self, folder: Path, *, name: str = "valkey") -> None:
        super().__init__(folder, name)
        binary = binaries.reachable(binaries.valkey_server(), self.account)
        self.socket = self.socket_folder() / "valkey.sock"
        self.configuration = self.folder / "valkey.conf"
        self.command = Command(
            name=name,
            argv=(str(binary), str(self.configuration)),
            environment={"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)},
            folder=self.folder,
            log=self.log,
            account=self.account,
            grace_seconds=5,
        )

    def start(self) -> Valkey:
        self.prepare()
        self.spawn()
        self.wait()
        return self

    def prepare(self) -> None:
        self.socket.unlink(missing_ok=True)
        lines = [
            "port 0",
            f'unixsocket "{self.socket}"',
            "unixsocketperm 700",
            f"requirepass {self.password}",
            'save ""',
            "appendonly no",
            f'dir "{self.socket.parent}"',
            "maxmemory-policy noeviction",
        ]
        self.write_secret(self.configuration, "\n".join(lines) + "\n")
        self.give(self.configuration)

    def wait(self) -> None:
        self.wait_until(self._accepts)

    def _accepts(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self.socket)) == 0

    def url(self) -> str:
        return f"unix://:{quote(self.password, safe='')}@{quote(str(self.socket))}"


def start_all(servers: Sequence[Postgres | Valkey]) -> None:
    """All at once; they are spawned here, in the caller's thread."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda server: server.prepare(), servers))
    for server in servers:
        server.spawn()
    for server in servers:
        server.wait()
