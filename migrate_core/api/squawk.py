"""What squawk, a linter for PostgreSQL migrations, says of raw SQL: notes, where it is installed.

An optional extra (`pip install zanith-studio[squawk]`); a verdict never rests on it, because it
reads text alone. Its rules about timeouts and reruns are left out: the runner sees to both.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

SECONDS = 20
_OURS = (
    "require-lock-timeout",
    "require-statement-timeout",
    "prefer-robust-stmts",
    "transaction-nesting",
    "ban-uncommitted-transaction",
)


class Finding(msgspec.Struct, frozen=True):
    rule_name: str
    message: str
    line: int = 0  # from 0
    help: str | None = None

    @property
    def says(self) -> str:
        more = f" {self.help}" if self.help else ""
        return f"squawk, line {self.line + 1}: {self.rule_name}: {self.message}{more}"


def program() -> str | None:
    """Beside our Python, or on the path."""
    beside = Path(sys.executable).with_name("squawk")
    return str(beside) if beside.is_file() else shutil.which("squawk")


def notes(sql: str) -> tuple[str, ...]:
    """None where it is not installed, or gives no answer that can be read."""
    found = program()
    if found is None:
        return ()
    argv = [found, "--reporter", "json", "--stdin-filepath", "raw.sql"]
    for rule in _OURS:
        argv += ["--exclude", rule]
    try:
        done = subprocess.run(
            argv,
            input=sql.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            env={},
        )
        findings = msgspec.json.decode(done.stdout, type=list[Finding])
    except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError):
        return ()
    return tuple(finding.says for finding in findings)
