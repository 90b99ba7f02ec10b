"""Processes that live no longer than the one that starts them."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

GUARD = Path(__file__).with_name("guard.py")
WATCHED = sys.platform != "linux"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a child runs as, where that is not ourselves."""

    name: str
    user: int
    group: int


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One program and how it is stopped."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10
    watched: bool = WATCHED  # the guard stays, and kills where the stop signal is not enough


def unprivileged_account() -> Account | None:
    """For root: an account that PostgreSQL accepts. For others None, which means ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, user=found.pw_uid, group=found.pw_gid)
    raise LookupError("running as root, and there is no account 'postgres' or 'nobody' to drop to")


def owner_of(path: Path) -> Account:
    found = path.stat()
    return Account(name=str(found.st_uid), user=found.st_uid, group=found.st_gid)


def spawn(command: Command) -> subprocess.Popen[bytes]:
    """Starts a command behind the guard. Call it from a thread that lives as long as the child:
    Linux takes the end of the *thread* that started a child for the parent's death.
    """
    descriptor = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        return subprocess.Popen(
            [*_guarded(command), *command.argv],
            # Where the guard stays, it learns of our end from this pipe.
            stdin=subprocess.PIPE if command.watched else subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(command.environment),
            cwd=command.folder,
            start_new_session=True,  # Ctrl-C is ours to pass on, in order
        )


def stop(process: subprocess.Popen[bytes], command: Command) -> bool:
    """Asks, waits, then kills the whole group. True where asking was enough."""
    ask(process, command)
    return finish(process, command)


def ask(process: subprocess.Popen[bytes], command: Command) -> None:
    """Once only: Celery takes a second signal for impatience."""
    if process.poll() is None:
        process.send_signal(command.stop_signal)


def finish(process: subprocess.Popen[bytes], command: Command) -> bool:
    """After ask(). True where that was enough within the command's grace."""
    in_time = True
    try:
        process.wait(command.grace_seconds)
    except subprocess.TimeoutExpired:
        in_time = False
    _kill_group(process.pid)  # a child of the child that stayed behind, or all of them
    process.wait()
    if process.stdin:
        process.stdin.close()
    return in_time


def _guarded(command: Command) -> Sequence[str]:
    argv = [sys.executable, "-I", "-S", str(GUARD)]
    argv += ["--parent", str(os.getpid()), "--signal", str(int(command.stop_signal))]
    if command.account:
        argv += ["--user", str(command.account.user), "--group", str(command.account.group)]
    if command.watched:
        argv += ["--watch", "--grace", str(command.grace_seconds)]
    return [*argv, "--"]


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nobody is left, or (macOS) only the dead
