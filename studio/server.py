"""What the embedded servers share: a private folder, an account, a password, one process."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from studio import binaries, children
from studio.binaries import EmbeddedServerError
from studio.children import Command

TEMPORARY = Path("/tmp")  # not TMPDIR, which may be too deep for a socket
# Files in memory cost a seventh of those on a disk, and tests make hundreds of databases.
IN_MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 << 30  # a container's /dev/shm often has 64 MB
START_SECONDS = 60
POLL_SECONDS = 0.02
# Linux allows 107 bytes for a socket's path, macOS 103; PostgreSQL adds a lock file's name.
LONGEST_SOCKET_FOLDER = 80


class Server:
    """One child process in a folder that others may not read."""

    command: Command

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.account = children.unprivileged_account()
        self.folder.mkdir(parents=True, exist_ok=True)
        binaries.check_owner(self.folder)
        # Traversable by the account, which owns the folders below and nothing else.
        self.folder.chmod(0o711 if self.account else 0o700)
        self.password = self.read_password("password")
        self.log = self._own_file(self.folder / "log")
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self) -> subprocess.Popen[bytes]:
        """From the main thread: see children.spawn."""
        self.process = children.spawn(self.command)
        return self.process

    def stop(self) -> None:
        """Returns when it has ended."""
        if self.process:
            children.stop(self.process, self.command)
            self.process = None

    def wait_until(self, ready: Callable[[], bool]) -> None:
        assert self.process is not None
        give_up = time.monotonic() + START_SECONDS
        while not ready():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise EmbeddedServerError(
                    f"{self.name} did not start",
                    detail=self._last_lines(),
                    hint=f"Its log is {self.log}.",
                )
            time.sleep(POLL_SECONDS)

    def private_folder(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        self.give(folder)
        folder.chmod(0o700)
        return folder

    def socket_folder(self) -> Path:
        """In our folder, or under /tmp where that would make too long a socket path."""
        folder = self.folder / "s"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
            outer = TEMPORARY / f"zanith-sockets-{os.geteuid()}-{key}"
            outer.mkdir(mode=0o711, exist_ok=True)
            binaries.check_owner(outer)
            folder = outer / "s"
        return self.private_folder(folder)

    def read_password(self, name: str) -> str:
        """Generated on first use, then the same for as long as the folder lives."""
        file = self.folder / name
        if not file.exists():
            self.write_secret(file, secrets.token_urlsafe(24))
        return file.read_text()

    def write_secret(self, file: Path, text: str) -> None:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(text)

    def _own_file(self, file: Path) -> Path:
        file.touch(mode=0o600)
        return file

    def give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.user, self.account.group)

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])


def temporary_folder() -> Path:
    """A short private folder for servers that end with this process.

    Its lock is held until then; folders whose lock is free were left by a kill and are removed.
    """
    place = _place()
    for left in place.glob(f"zanith-{os.geteuid()}-*/lock"):
        if (lock := _lock(left)) is not None:
            shutil.rmtree(left.parent, ignore_errors=True)
            os.close(lock)
    folder = Path(tempfile.mkdtemp(prefix=f"zanith-{os.geteuid()}-", dir=place))
    folder.chmod(0o711 if children.unprivileged_account() else 0o700)
    _lock(folder / "lock")
    return folder


def _place() -> Path:
    """In memory where there is plenty of it, else where everybody's temporary files are."""
    try:
        room = os.statvfs(IN_MEMORY)
    except OSError:
        return TEMPORARY
    enough = room.f_bavail * room.f_frsize >= ROOM_BYTES
    return IN_MEMORY if enough and os.access(IN_MEMORY, os.W_OK) else TEMPORARY


def _lock(file: Path) -> int | None:
    """An open file that is locked until it is closed; None where another process has it."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
