"""`python3 manage.py ...` from nothing: what it installs, what it says when it cannot."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(__file__).resolve().parent.parent
# A registry that refuses at once: nothing listens on the discard port of this machine.
NOWHERE = "http://127.0.0.1:9/simple"


def copy_checkout(folder: Path) -> Path:
    """Without .venv, and with nothing to install."""
    shutil.copy(ROOT / "bootstrap.py", folder)
    (folder / "requirements").mkdir()
    for name in ("bootstrap.txt", *(f"{group}.txt" for group in bootstrap.GROUPS)):
        (folder / "requirements" / name).write_text("")
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy_checkout(tmp_path)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that has been started before."""
    folder = copy_checkout(tmp_path_factory.mktemp("prepared"))
    assert "Preparing" in run(folder, "").stdout
    return folder


def start(checkout: Path, code: str, **environment: str) -> subprocess.Popen[str]:
    """A program that bootstraps itself, run by a Python outside every venv."""
    program = checkout / "program.py"
    program.write_text(f"import sys, bootstrap\nbootstrap.ensure('demo')\n{code}\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.Popen(
        [Path(sys.base_prefix) / "bin" / "python3", program],
        cwd=checkout,
        env={**kept, "PIP_CONFIG_FILE": os.devnull, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(checkout: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    with start(checkout, code, **environment) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_the_program_runs_inside_a_venv_that_is_complete(prepared: Path) -> None:
    done = run(prepared, "print(sys.prefix)")

    assert done.stdout == f"{prepared / '.venv'}\n"
    assert (prepared / ".venv" / "bin" / "zanith").exists()
    assert not (prepared / ".venv" / ".zanith-unfinished").exists()


def test_changed_requirements_are_installed_at_the_next_start(prepared: Path) -> None:
    (prepared / "requirements" / "demo.txt").write_text("# changed\n")

    assert "Preparing" in run(prepared, "").stdout
    assert "Preparing" not in run(prepared, "").stdout


def test_a_venv_for_development_serves_the_demo_too(prepared: Path) -> None:
    run(prepared, "bootstrap.ensure('dev')")

    stamp = json.loads((prepared / ".venv" / ".zanith-stamp.json").read_text())
    assert stamp["group"] == "dev"
    assert "Preparing" not in run(prepared, "").stdout


def test_an_interrupted_start_is_begun_from_an_empty_folder(prepared: Path) -> None:
    half_made = prepared / ".venv" / "lib" / "half-made"
    half_made.touch()
    (prepared / ".venv" / ".zanith-unfinished").touch()
    (prepared / ".venv" / ".zanith-stamp.json").unlink()

    assert run(prepared, "").returncode == 0
    assert not half_made.exists()


def test_two_starts_at_once_prepare_one_venv(checkout: Path) -> None:
    with (checkout / ".venv.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        program = start(checkout, "")
        assert program.stdout is not None
        first = program.stdout.readline()
    program.communicate()

    assert first == "Another start is preparing .venv; waiting for it.\n"
    assert program.returncode == 0


def test_a_registry_that_cannot_be_reached_is_a_sentence(checkout: Path) -> None:
    (checkout / "requirements" / "bootstrap.txt").write_text(
        (ROOT / "requirements/bootstrap.txt").read_text()
    )

    done = run(checkout, "", PIP_INDEX_URL=NOWHERE, UV_OFFLINE="")

    assert done.returncode == 1
    assert "the package registry could not be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout / ".venv" / ".zanith-stamp.json").exists()


def test_a_wheel_with_another_hash_is_refused(checkout: Path) -> None:
    (checkout / "requirements" / "demo.txt").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    make_wheel(checkout / "wheels")

    done = run(checkout, "", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(checkout / "wheels"))

    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    assert "tiny" in done.stderr


def test_without_uv_pip_installs(checkout: Path) -> None:
    """bootstrap.txt is empty here, so there is no uv; the wheel comes by pip's own settings."""
    digest = make_wheel(checkout / "wheels")
    (checkout / "requirements" / "demo.txt").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")

    done = run(
        checkout,
        "import tiny; print(tiny.__file__)",
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(checkout / "wheels"),
    )

    assert done.stdout.splitlines()[-1].startswith(str(checkout / ".venv")), done.stderr


def test_a_python_without_ensurepip_is_told_the_apt_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bootstrap, "_succeeds", lambda command: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(bootstrap.BootstrapError, match="sudo apt-get install python3-venv"):
        bootstrap._need_ensurepip()


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))

    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed; this is 3\.10"):
        bootstrap.ensure("demo")


def test_pips_settings_reach_uv_and_uvs_own_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "7")
    settings = {
        "index-url": "https://mirror.example/simple",
        "extra-index-url": "https://a.example/simple https://b.example/simple",
        "find-links": "/one /two",
        "cert": "/ca.pem",
        "timeout": "60",
    }
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    environment = bootstrap._uv_environment(settings)

    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert environment["UV_INDEX"] == "https://a.example/simple https://b.example/simple"
    assert environment["UV_FIND_LINKS"] == "/one,/two"
    assert environment["SSL_CERT_FILE"] == "/ca.pem"
    assert environment["UV_HTTP_TIMEOUT"] == "7"


def test_every_requirement_has_a_version_and_hashes() -> None:
    for group in ("bootstrap", *bootstrap.GROUPS):
        text = (ROOT / "requirements" / f"{group}.txt").read_text()
        entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry[:1].isalnum()]

        assert entries
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
        assert "://" not in text


def test_each_group_holds_the_pins_of_the_one_before() -> None:
    pins = []
    for group in bootstrap.GROUPS:
        lines = (ROOT / "requirements" / f"{group}.txt").read_text().splitlines()
        pins.append({line.split(" \\")[0] for line in lines if line[:1].isalnum()})

    assert pins[0] < pins[1] < pins[2]


def test_the_wheel_asks_for_what_the_studio_pins() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base = (ROOT / "requirements" / "base.in").read_text().splitlines()

    assert set(project["dependencies"]) <= set(base)


def make_wheel(folder: Path) -> str:
    """tiny-1.0, by hand; the sha256 of its file."""
    folder.mkdir()
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "")
        info = "tiny-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "tiny.py,,\n")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()
