"""Stands between a supervisor and one child, so that the child never outlives the supervisor.

Run as a program, `guard.py --parent PID --signal N [--user U --group G] [--watch] -- COMMAND`. It
drops to the account asked for, then on Linux asks the kernel for a signal on the parent's death
and becomes the command. Elsewhere, and with --watch, it stays and holds the read end of
the supervisor's pipe as standard input: when that closes it passes the signal on, and kills
what does not end within --grace seconds.

A program of its own rather than a `preexec_fn`, because Python code between fork and exec can
deadlock when other threads hold locks. The account comes first: the kernel forgets the wish when
that changes.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
from argparse import REMAINDER, ArgumentParser, Namespace

PR_SET_PDEATHSIG = 1  # linux/prctl.h
POLL_SECONDS = 0.2


def main() -> int:
    arguments = _parse()
    command = arguments.command[1:]
    _drop_privileges(arguments)
    if arguments.watch or sys.platform != "linux":
        return _watch(command, signal.Signals(arguments.signal), arguments.grace)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, arguments.signal, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != arguments.parent:  # it died before the wish was heard
        return 1
    os.execvp(command[0], command)


def _parse() -> Namespace:
    parser = ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("--user", type=int)
    parser.add_argument("--group", type=int)
    parser.add_argument("--grace", type=float, default=10)
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("command", nargs=REMAINDER)
    return parser.parse_args()


def _drop_privileges(arguments: Namespace) -> None:
    if arguments.user is None:
        return
    os.setgroups([])
    os.setgid(arguments.group)
    os.setuid(arguments.user)
    os.umask(0o077)


def _watch(command: list[str], stop: signal.Signals, grace_seconds: float) -> int:
    """Runs the command as a child, until it ends or standard input closes."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(name, lambda number, _frame: child.send_signal(number))
    while child.poll() is None:
        readable, _, _ = select.select([0], [], [], POLL_SECONDS)
        if readable and not os.read(0, 1):
            _end(child, stop, grace_seconds)
    return _same_end(child.returncode)


def _end(child: subprocess.Popen[bytes], stop: signal.Signals, grace_seconds: float) -> None:
    """The supervisor is gone: ask, wait, then take the whole group along, ourselves included."""
    child.send_signal(stop)
    try:
        child.wait(grace_seconds)
    except subprocess.TimeoutExpired:
        os.killpg(0, signal.SIGKILL)


def _same_end(code: int) -> int:
    """Ends by the signal that ended the child, so that the supervisor sees no difference."""
    if code < 0:
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


if __name__ == "__main__":
    sys.exit(main())
