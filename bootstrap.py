"""Makes .venv on first use and runs the same command again inside it.

Standard library only, because it runs before anything is installed. The order is venv, then uv,
then the pinned and hashed requirements; where uv cannot do it, pip does. A stamp is written last,
so a bootstrap that was interrupted is begun again from an empty folder.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
LOCK = ROOT / ".venv.lock"
LOG = ROOT / ".venv.log"
# Each group holds the ones before it, so a venv made for "dev" serves "demo" too.
GROUPS = ("base", "demo", "dev")
OLDEST_PYTHON = (3, 11)
APT_LINE = "apt-get install python3-venv"
# Words by which pip and uv say that they could not reach a registry at all.
UNREACHABLE = (
    "name resolution",
    "dns error",
    "failed to lookup address",
    "newconnectionerror",
    "connection refused",
    "network is unreachable",
    "no route to host",
    "connecttimeout",
    "timed out",
    "error sending request",
    "proxyerror",
    "sslerror",
    "certificate verify failed",
)
# pip's setting -> uv's variable. uv reads none of pip's configuration by itself.
UV_VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
ENTRY_SCRIPT = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

sys.path.insert(0, {root!r})
from migrate_core.cli import main

sys.exit(main())
"""


class BootstrapError(Exception):
    """A sentence for the person at the terminal."""


def ensure(group: str) -> None:
    """Returns inside a .venv that holds requirements/<group>.txt, or ends the process."""
    try:
        _refuse_old_python()
        if not _is_ready(group):
            _make_once(group)
    except BootstrapError as error:
        sys.exit(f"ERROR: {error}")
    except KeyboardInterrupt:
        print("\nInterrupted. The next start begins again.", file=sys.stderr)
        sys.exit(130)
    enter()


def enter() -> None:
    """Runs this command again with .venv's Python, unless that is the one running it."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    if not PYTHON.exists():
        sys.exit("ERROR: nothing is installed yet. Run: python3 manage.py demo")
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *sys.argv])


def _refuse_old_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        found = "{}.{}".format(*sys.version_info[:2])
        raise BootstrapError(f"Python 3.11 or newer is needed; this is {found} ({sys.executable}).")


def _make_once(group: str) -> None:
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is preparing .venv; waiting for it.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_ready(group):
            _make(max(group, _stamped_group(), key=GROUPS.index))


def _make(group: str) -> None:
    print(f"Preparing .venv (requirements/{group}.txt), once ...", flush=True)
    LOG.write_bytes(b"")
    _make_venv()
    _unfinished().touch()
    _stamp().unlink(missing_ok=True)
    _install(group)
    _write_entry_script()
    stamp = {"group": group, "python": _venv_version(), "digest": _digest(group)}
    temporary = VENV / ".zanith-stamp.new"
    temporary.write_text(json.dumps(stamp))
    temporary.replace(_stamp())
    _unfinished().unlink()


# The stamp --------------------------------------------------------------------------------------


def _stamp() -> Path:
    return VENV / ".zanith-stamp.json"


def _unfinished() -> Path:
    return VENV / ".zanith-unfinished"


def _read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(_stamp().read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and stamp.get("group") in GROUPS else {}


def _stamped_group() -> str:
    return _read_stamp().get("group", GROUPS[0])


def _is_ready(group: str) -> bool:
    stamp = _read_stamp()
    return (
        bool(stamp)
        and GROUPS.index(stamp["group"]) >= GROUPS.index(group)
        and stamp["digest"] == _digest(stamp["group"])
        and stamp["python"] == _venv_version()
    )


def _digest(group: str) -> str:
    """Of what the group installs and of this file, which decides how."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update((REQUIREMENTS / "bootstrap.txt").read_bytes())
    digest.update((REQUIREMENTS / f"{group}.txt").read_bytes())
    digest.update(str(ROOT).encode())  # scripts of a venv name its folder
    return digest.hexdigest()


def _venv_version() -> str:
    """The venv's Python as it is now: an upgrade of the system's may have changed it."""
    if not PYTHON.exists():
        return ""
    ask = "import sys; print(*sys.version_info[:2], sep='.')"
    done = subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, check=False)
    return done.stdout.strip()


# Installing -------------------------------------------------------------------------------------


def _make_venv() -> None:
    broken = _unfinished().exists() or not _venv_version() or _changed_version()
    if not broken and _succeeds([PYTHON, "-m", "pip", "--version"]):
        return
    _need_ensurepip()
    if _run([sys.executable, "-m", "venv", "--clear", VENV]):
        raise BootstrapError(f"could not make {VENV}.\n{_last_lines()}")


def _changed_version() -> bool:
    return _read_stamp().get("python", _venv_version()) != _venv_version()


def _need_ensurepip() -> None:
    if _succeeds([sys.executable, "-c", "import ensurepip"]):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("This Python has no ensurepip: installing python3-venv ...", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "--no-install-recommends", "python3-venv"]
        if _run(["apt-get", "update"], environment) or _run(install, environment):
            raise BootstrapError(f"apt-get could not install python3-venv.\n{_last_lines()}")
        if _succeeds([sys.executable, "-c", "import ensurepip"]):
            return
    raise BootstrapError(
        f"this Python ({sys.executable}) has no ensurepip, so it cannot make a virtualenv. "
        f"On Debian and Ubuntu, once: sudo {APT_LINE}"
    )


def _install(group: str) -> None:
    requirements = REQUIREMENTS / f"{group}.txt"
    if _pip_install(REQUIREMENTS / "bootstrap.txt") or _uv_install(requirements):
        if _is_unreachable():
            raise BootstrapError(_why_not_installed())
        print("uv could not install the requirements; trying pip ...", flush=True)
        if _pip_install(requirements):
            raise BootstrapError(_why_not_installed())


def _pip_install(requirements: Path) -> int:
    words = ["-m", "pip", "install", "--disable-pip-version-check", "--retries", "2"]
    return _run([PYTHON, *words, "--require-hashes", "-r", requirements])


def _uv_install(requirements: Path) -> int:
    settings = _pip_settings()
    words = ["pip", "install", "--require-hashes", *_no_index(settings), "-r"]
    return _run([VENV / "bin" / "uv", *words, requirements], _uv_environment(settings))


def _pip_settings() -> dict[str, str]:
    """pip's own view of its files and PIP_* variables; the variables win, then [install]."""
    listing = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    ranked: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines():
        name, _, quoted = line.partition("=")
        section, _, key = name.rpartition(".")
        rank = {"global": 1, "install": 2, ":env:": 3}.get(section, 0)
        if rank > ranked.get(key, (0, ""))[0]:
            ranked[key] = (rank, str(ast.literal_eval(quoted)))
    return {key: value for key, (_, value) in ranked.items()}


def _uv_environment(settings: dict[str, str]) -> dict[str, str]:
    """This environment with pip's settings under uv's names; what is set for uv stays.

    pip looks at every index and takes the best match; the hashes make that safe for uv too.
    """
    environment = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    for key, variable in UV_VARIABLES.items():
        if words := settings.get(key, "").split():
            separator = "," if key == "find-links" else " "
            environment.setdefault(variable, separator.join(words))
    fixed = {"VIRTUAL_ENV": str(VENV), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    return {**environment, **os.environ, **fixed}


def _no_index(settings: dict[str, str]) -> list[str]:
    wanted = settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}
    return ["--no-index"] if wanted else []


def _write_entry_script() -> None:
    script = VENV / "bin" / "zanith"
    script.write_text(ENTRY_SCRIPT.format(python=PYTHON, root=str(ROOT)))
    script.chmod(0o755)


# Running and reporting --------------------------------------------------------------------------


def _succeeds(command: Sequence[str | Path]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> int:
    """The exit code, as a shell gives it; what the command says goes to the log."""
    with LOG.open("ab") as log:
        log.write(b"$ " + " ".join(map(str, command)).encode() + b"\n")
        log.flush()
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                check=False,
            )
        except OSError as error:
            log.write(f"{error}\n".encode())
            return 127
    return done.returncode


def _is_unreachable() -> bool:
    said = LOG.read_text(errors="replace").lower()
    return any(words in said for words in UNREACHABLE)


def _why_not_installed() -> str:
    if _is_unreachable():
        return (
            "the package registry could not be reached. Check the network or the proxy, or "
            "name your own registry with PIP_INDEX_URL (and its certificate with PIP_CERT), "
            f"then start again. What pip and uv said: {LOG}"
        )
    return f"the requirements could not be installed. What pip and uv said: {LOG}\n{_last_lines()}"


def _last_lines() -> str:
    lines = LOG.read_text(errors="replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-8:])
