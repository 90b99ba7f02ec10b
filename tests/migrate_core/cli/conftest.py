"""The command line as a person or a CI job meets it: arguments in, exit code and text out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg
import pytest

from migrate_core.cli import main

DEMO = Path(__file__).parents[3] / "demo"
PEOPLE = """
INSERT INTO public.users (id, email, created_at, legacy_uuid)
SELECT md5(n::text)::uuid,
       'user' || n || '@example.com',
       timestamptz '2026-01-01 00:00+00' + n * interval '1 hour',
       ('20240115' || substr(md5(n::text), 9))::uuid
  FROM generate_series(1, 300) AS n
"""


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """(kind, how it ended) of every line that speaks of a step of a run."""
        return re.findall(r"^  \d\d  (\w+) .*  (done before|done|FAILED|pending)\b", self.out, re.M)


Zanith = Callable[..., Result]


@pytest.fixture
def zanith(capfd: pytest.CaptureFixture[str]) -> Zanith:
    def run(*argv: str) -> Result:
        capfd.readouterr()
        code = main(argv)
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Result(code, out, err)

    return run


def url_of(conn: psycopg.Connection) -> str:
    info = conn.info
    user, password = quote(info.user), quote(info.password, safe="")
    host = quote(info.host, safe="")
    return f"postgresql://{user}:{password}@/{info.dbname}?host={host}&port={info.port}"


class Shop(NamedTuple):
    """A storefront to work on: its project folder is the current one."""

    db: psycopg.Connection
    folder: Path
    url: str

    def count(self, query: str) -> int:
        row = self.db.execute(query.encode()).fetchone()
        assert row is not None
        return int(row[0])

    def declare(self, file: str, *changes: tuple[str, str]) -> None:
        """Edit a declared file: each old text stands in it once."""
        path = self.folder / "declared" / file
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def migration(self, text: str, id: str = "20260101_000000_by_hand") -> Path:
        path = self.folder / "migrations" / f"{id}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def shop(
    make_db: Callable[..., psycopg.Connection], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """The demo's base schema with 300 users; declared is the seed's story, nothing generated."""
    db = make_db((DEMO / "base.sql").read_text(encoding="utf-8"))
    db.execute(PEOPLE)
    db.execute("ANALYZE")
    shutil.copytree(DEMO / "declared", tmp_path / "declared")
    text = (DEMO / "zanith.toml").read_text(encoding="utf-8")
    (tmp_path / "zanith.toml").write_text(text.replace('schema = "../../', "#"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZANITH_TARGET_URL", url_of(db))
    monkeypatch.setenv("ZANITH_ACTOR", "dee")
    return Shop(db, tmp_path, url_of(db))


@pytest.fixture
def command(shop: Shop) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*argv: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "migrate_core.cli", *argv],
            cwd=shop.folder,
            env={**os.environ, "PYTHONPATH": str(DEMO.parent), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
