"""Runs other tools and ours over the same conformance cases, on one server.

    python benchmarks/peers.py [--major 15] [--limit N] [--seed N] [--only NAME ...]

Each peer is installed from its registry into a folder of its own outside the repository,
and called as its own documentation says. The tables are empty: how much of a schema each
tool sees is what is compared. Times are of a whole command, start of the process included.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.servers import bin_folders, server
from tests.conformance import cases as files
from tests.conformance.engines import RefusedError
from tests.conformance.harness import Outcome, Result
from tests.conformance.runs import SETTINGS, judged, major_of

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120
FOLDER = Path(tempfile.gettempdir(), "zanith-peers")
OURS = "zanith"


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """A command that takes two URLs and prints SQL."""

    name: str
    packages: tuple[str, ...] = ()  # of PyPI
    npm: str = ""
    command: tuple[str, ...]  # {a} and {b} stand for the URLs, {bin} for where it is installed
    good: frozenset[int] = frozenset({0})
    as_script: bool = True

    @property
    def place(self) -> Path:
        return FOLDER / self.name

    def install(self) -> str:
        """Its version, as its registry calls it."""
        return _install_npm(self) if self.npm else _install_python(self)

    def begin(self) -> None:
        """Every command reads everything anew."""

    def statements(self, before: str, after: str, major: int) -> Sequence[str]:
        words = {"a": before, "b": after, "bin": str(self.place / "bin")}
        said = _run([word.format_map(words) for word in self.command], self.good)
        return (said,) if said.strip() else ()


class PgDelta(Peer):
    """Plans into a file, and renders the plan into files, one for each transaction."""

    def statements(self, before: str, after: str, major: int) -> Sequence[str]:
        program = str(self.place / "node_modules" / ".bin" / "pgdelta")
        # It wants to see a host in a URL; the socket's folder behind it is what is used.
        urls = [url.replace("@/", "@localhost/") for url in (before, after)]
        with tempfile.TemporaryDirectory() as folder:
            plan, base = f"{folder}/plan.json", f"{folder}/plan.sql"
            sides = ("--source", urls[0], "--desired", urls[1])
            _run([program, "plan", *sides, "--renames", "off", "--out", plan], self.good)
            try:
                said = _run(
                    [program, "render", "--plan", plan, "--out", base, "--allow-drops"], {0}
                )
            except RefusedError as error:
                if "No changes" in str(error):
                    return ()
                raise
            shown = json.loads(said)
            scripts = [Path(file["path"]).read_text() for file in shown.get("files", ())]
        return tuple(scripts)


PEERS = (
    Peer(
        name=OURS,
        command=(sys.executable, "-m", "migrate_core.cli", "diff", "{a}", "{b}", "--format", "sql"),
    ),
    PgDelta(name="pg-delta", npm="@supabase/pg-delta@1.0.0-alpha.34", command=()),
    Peer(
        name="pgmig",
        packages=("pgmig[binary]",),
        command=(
            *("{bin}/pgmig", "generate", "--source", "{a}", "--target", "{b}"),
            *("--include-owner", "--include-grants"),
        ),
    ),
    Peer(
        name="results",
        packages=("results", "psycopg[binary]"),
        command=("{bin}/results", "dbdiff", "--with-privileges", "--exact", "{a}", "{b}"),
        good=frozenset({0, 2}),
    ),
    Peer(
        name="migra",
        # Its last release is of 2022, and goes with libraries of that time.
        packages=("migra", "psycopg2-binary", "setuptools<81", "sqlalchemy<2.1"),
        command=("{bin}/migra", "--unsafe", "--with-privileges", "{a}", "{b}"),
        good=frozenset({0, 2}),
    ),
)


def main() -> None:
    arguments = _parser().parse_args()
    folders = {major_of(folder): folder for folder in bin_folders()}
    chosen = files.sample(files.load(arguments.major), arguments.limit, arguments.seed)
    print(
        f"{len(chosen)} cases both ways, PostgreSQL {arguments.major}, --seed {arguments.seed}\n\n"
        f"{'':32}{'identical':>11}{'refused':>9}{'failed':>8}{'drift':>7}{'silent':>8}"
        f"{'other':>7}{'median ms':>11}"
    )
    with server(folders[arguments.major], SETTINGS) as postgres:
        for peer in PEERS:
            if not arguments.only or peer.name in arguments.only:
                version = peer.install()
                found = judged(postgres.url(), chosen, peer, jobs=arguments.jobs, rows=False)
                print(_line(f"{peer.name} {version}", list(found)), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--major", type=int, default=15)
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=[peer.name for peer in PEERS])
    return parser


def _line(name: str, results: list[Result]) -> str:
    judged = [result for result in results if result.outcome is not Outcome.UNLOADED]
    counts = Counter(result.outcome for result in judged)
    shown = [Outcome.REFUSED, Outcome.FAILED, Outcome.DRIFT, Outcome.SILENT]
    identical = counts[Outcome.IDENTICAL]
    other = len(judged) - identical - sum(counts[outcome] for outcome in shown)
    times = [result.diff_ms for result in judged if result.diff_ms]
    cells = "".join(
        f"{counts[outcome]:>{width}}" for outcome, width in zip(shown, (9, 8, 7, 8), strict=True)
    )
    median = statistics.median(times) if times else float("nan")
    return f"{name:32}{identical / max(len(judged), 1):>11.1%}{cells}{other:>7}{median:>11.0f}"


def _run(command: Sequence[str], good: Container[int]) -> str:
    """What it prints.

    Raises:
        RefusedError: it ended with a message. A traceback is no message.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} if command[0] == sys.executable else None
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment,
        cwd=tempfile.gettempdir(),
        check=False,
    )
    if done.returncode not in good:
        if "Traceback" in done.stderr:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        raise RefusedError(done.stderr.strip())
    return done.stdout


def _install_python(peer: Peer) -> str:
    if not peer.packages:
        return ""
    pip = [str(peer.place / "bin" / "pip"), "--disable-pip-version-check"]
    if not (peer.place / "installed").exists():
        venv.create(peer.place, with_pip=True, clear=True)
        subprocess.run([*pip, "install", "--quiet", *peer.packages], check=True)
        (peer.place / "installed").touch()
    said = subprocess.check_output([*pip, "show", peer.name], text=True)
    return next(line.split()[1] for line in said.splitlines() if line.startswith("Version:"))


def _install_npm(peer: Peer) -> str:
    package = peer.npm.rpartition("@")[0]
    place = peer.place / "node_modules" / package / "package.json"
    if not place.exists():
        shutil.rmtree(peer.place, ignore_errors=True)
        peer.place.mkdir(parents=True)
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--silent", peer.npm],
            cwd=peer.place,
            check=True,
        )
    return str(json.loads(place.read_text())["version"])


if __name__ == "__main__":
    main()
