"""The demo's state folder, its servers, and the environment that the studio's processes get."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet
from django.db.migrations.loader import MigrationLoader

from migrate_core.errors import MigrateError
from studio import binaries
from studio.embedded import Postgres, Valkey, start_all

APPLIED = "SELECT app, name FROM django_migrations"


class DemoError(MigrateError):
    """The demo cannot start here."""

    code = "demo"


class Stack:
    """What the demo embeds; each part gives way to a URL of the user's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.main: Postgres | None = None
        self.shadow: Postgres | None = None
        self.valkey: Valkey | None = None
        if "DATABASE_URL" not in os.environ:
            self.main = Postgres(folder / "main", name="postgres")
        if "SHADOW_URL" not in os.environ:
            self.shadow = Postgres(
                folder / "shadow", name="shadow", login="provisioner", durable=False
            )
        if "REDIS_URL" not in os.environ:
            self.valkey = Valkey(folder / "valkey")

    def servers(self) -> list[Postgres | Valkey]:
        return [server for server in (self.main, self.shadow, self.valkey) if server]

    def start(self) -> None:
        start_all(self.servers())
        for server in (self.main, self.shadow):
            if server:
                server.ensure_login()
        if self.main:
            self.main.ensure_database("studio")

    def environment(self) -> dict[str, str]:
        urls = {
            "DATABASE_URL": self.main.login_url("studio") if self.main else "",
            "SHADOW_URL": self.shadow.login_url() if self.shadow else "",
            "REDIS_URL": self.valkey.url() if self.valkey else "",
        }
        postgres = self.main or self.shadow
        return {
            **{name: url for name, url in urls.items() if url},
            **({"ZANITH_PG_BIN": str(postgres.bin)} if postgres else {}),
            **self._keys(),
            "ZANITH_DEMO": "1",
            "PYTHONUNBUFFERED": "1",
            **{name: value for name, value in os.environ.items() if name not in _OURS},
        }

    def _keys(self) -> Mapping[str, str]:
        """Made once and kept, so that a restart neither signs people out nor loses credentials."""
        file = self.folder / "keys.json"
        if not file.exists():
            keys = {
                "ZANITH_SECRET_KEY": secrets.token_urlsafe(48),
                "ZANITH_CREDENTIAL_KEYS": Fernet.generate_key().decode(),
                "ZANITH_EVIDENCE_KEY": secrets.token_urlsafe(32),
            }
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                json.dump(keys, stream)
        loaded: dict[str, str] = json.loads(file.read_text())
        return loaded


# Decided here, whatever the surrounding environment says.
_OURS = frozenset({"ZANITH_DEMO", "PYTHONUNBUFFERED"})


def state_folder() -> Path:
    """ZANITH_STATE, or a cache folder. Root's is where an account it drops to can reach it."""
    if chosen := os.environ.get("ZANITH_STATE"):
        folder = Path(chosen).resolve()
    elif os.geteuid() == 0:
        folder = Path("/var/tmp/zanith-studio-0")
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(cache) / "zanith-studio"
    folder.mkdir(parents=True, exist_ok=True)
    binaries.check_owner(folder)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


def lock_state(folder: Path) -> int:
    """One demo per folder, for as long as this process lives."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DemoError(
            "the demo is already running",
            detail=f"Process {os.read(descriptor, 20).decode()} uses {folder}.",
            hint="Stop it with Ctrl-C, or start another one with ZANITH_STATE=FOLDER and --port N.",
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def reset(folder: Path) -> None:
    """Removes everything but the lock, after the end of servers that a kill left stopping."""
    for name in ("main", "shadow"):
        if (folder / name / "data").exists():
            Postgres(folder / name, name=name).end_predecessor()
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(
                f"port {port} of 127.0.0.1 cannot be used: {error.strerror}",
                hint=f"Choose another: python3 manage.py demo --port {port + 1}",
            ) from None


def has_pending_migrations(database_url: str) -> bool:
    """What `manage.py migrate` would find out in ten times the time."""
    wanted = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {})
    try:
        with psycopg.connect(database_url) as conn:
            return not wanted <= set(conn.execute(APPLIED).fetchall())
    except psycopg.errors.UndefinedTable:
        return True
