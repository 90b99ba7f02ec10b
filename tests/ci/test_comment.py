"""ci/comment.sh against an API on the loopback: one comment, ours, updated."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.ci.conftest import CI, Run
from tests.ci.forge import LIMIT, Forge

MARKER = "<!-- zanith-ci default -->"
FORGES = pytest.mark.parametrize("where", ["github", "gitlab"])


@pytest.fixture
def environment(where: str, request: pytest.FixtureRequest) -> dict[str, str]:
    found: dict[str, str] = request.getfixturevalue(where)
    return found


def wrote(out: Path, **reports: str) -> None:
    (out / "codes").write_text("".join(f"{command} 0\n" for command in reports))
    for command, text in reports.items():
        (out / f"{command}.md").write_text(text, encoding="utf-8")


@FORGES
def test_the_first_run_makes_the_comment_and_the_next_ones_update_it(
    sh: Run, forge: Forge, out: Path, environment: dict[str, str]
) -> None:
    wrote(out, plan='<!-- zanith plan -->\n## zanith plan: ok\n"quoted" ünï\n', verify="## two\n")
    first = sh(CI / "comment.sh", environment=environment)
    (made,) = forge.comments
    body = made["body"]
    wrote(out, plan="## zanith plan: not ok\n")
    second = sh(CI / "comment.sh", environment=environment)
    third = sh(CI / "comment.sh", environment=environment)

    assert (first.returncode, second.returncode, third.returncode) == (0, 0, 0), first.stderr
    assert body == (
        f'{MARKER}\n\n<!-- zanith plan -->\n## zanith plan: ok\n"quoted" ünï\n\n## two\n'
    )
    assert "made" in first.stdout
    assert "updated" in second.stdout
    assert [one["body"] for one in forge.comments] == [f"{MARKER}\n\n## zanith plan: not ok\n"]


@FORGES
def test_nobody_elses_comment_is_touched(
    sh: Run, forge: Forge, out: Path, environment: dict[str, str]
) -> None:
    others = [
        forge.add(f"{MARKER}\nthe same first line by somebody else", by="mallory"),
        forge.add(f"I quote: {MARKER}"),
        forge.add(f"> {MARKER}"),
        forge.add("<!-- zanith-ci staging -->\nof another environment"),
        forge.add(""),
    ]
    before = [dict(one) for one in others]
    wrote(out, plan="## new\n")

    sh(CI / "comment.sh", environment=environment)
    again = sh(CI / "comment.sh", environment=environment)

    assert again.returncode == 0
    assert forge.comments[:5] == before
    assert [one["body"] for one in forge.comments[5:]] == [f"{MARKER}\n\n## new\n"]


@FORGES
def test_our_comment_is_found_on_a_later_page(
    sh: Run, forge: Forge, out: Path, environment: dict[str, str]
) -> None:
    for number in range(100):
        forge.add(f"comment {number}", by="somebody")
    ours = forge.add(f"{MARKER}\r\nold")
    wrote(out, plan="## new\n")

    assert sh(CI / "comment.sh", environment=environment).returncode == 0
    assert ours["body"] == f"{MARKER}\n\n## new\n"
    assert len(forge.comments) == 101


@FORGES
def test_a_second_name_is_a_second_comment(
    sh: Run, forge: Forge, out: Path, environment: dict[str, str]
) -> None:
    wrote(out, plan="## x\n")
    for name in ("staging", "production", "staging"):
        sh(CI / "comment.sh", environment=environment | {"ZANITH_COMMENT_NAME": name})

    assert [one["body"].partition("\n")[0] for one in forge.comments] == [
        "<!-- zanith-ci staging -->",
        "<!-- zanith-ci production -->",
    ]


@FORGES
def test_an_api_that_fails_is_an_error_that_names_it(
    sh: Run, forge: Forge, out: Path, environment: dict[str, str]
) -> None:
    wrote(out, plan="## x\n")
    forge.down = True
    down = sh(CI / "comment.sh", environment=environment)
    forge.down = False
    denied = sh(
        CI / "comment.sh",
        environment=environment | {"GITHUB_TOKEN": "no", "ZANITH_GITLAB_TOKEN": "no"},
    )

    assert down.returncode != 0
    assert "503" in down.stderr
    assert denied.returncode != 0
    assert forge.comments == []
    assert {method for method, _ in forge.requests} == {"GET"}


@FORGES
def test_it_works_where_there_is_no_curl(
    sh: Run, forge: Forge, out: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    tools = tmp_path / "slim"
    tools.mkdir()
    (tools / "python3").symlink_to(Path(sys.executable).resolve())
    for name in ("sh", "mktemp", "dirname", "rm"):
        (tools / name).symlink_to(shutil.which(name) or "")
    slim = environment | {"PATH": str(tools)}
    wrote(out, plan="## ü\n")

    codes = [sh(CI / "comment.sh", environment=slim).returncode for _ in range(2)]
    forge.down = True
    down = sh(CI / "comment.sh", environment=slim)

    assert codes == [0, 0]
    assert [one["body"] for one in forge.comments] == [f"{MARKER}\n\n## ü\n"]
    assert {method for method, _ in forge.requests} > {"GET", "POST"}
    assert down.returncode != 0
    assert "503" in down.stderr
    assert environment.get("GITHUB_TOKEN", "s3cret") not in down.stderr


def test_the_token_is_not_among_the_arguments(
    sh: Run, forge: Forge, out: Path, github: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "bin" / "curl").write_text('#!/bin/sh\necho "$@" >>"$ZANITH_OUT/argv"\nexit 7\n')
    (tmp_path / "bin" / "curl").chmod(0o755)
    wrote(out, plan="## x\n")

    found = sh(CI / "comment.sh", environment=github)

    assert found.returncode == 7
    assert "/repos/o/r/issues/7/comments" in (out / "argv").read_text()
    assert github["GITHUB_TOKEN"] not in (out / "argv").read_text()


def test_reports_that_are_too_long_together_lose_their_last_lines(
    sh: Run, forge: Forge, out: Path, github: dict[str, str]
) -> None:
    rows = "".join(f"| {number:04} ü |\n" for number in range(6_000))
    long = "<!-- zanith verify -->\n## zanith verify: not ok\n\n**drift**\n\n" + "ü" * 30_000
    wrote(out, plan=f"## zanith plan: ok\n\n**green**\n\n{rows}", verify=long, drift="## three\n")

    assert sh(CI / "comment.sh", environment=github).returncode == 0
    (made,) = forge.comments
    body = made["body"]
    rest = "\n\nThere was no more room: the job's artifacts have the rest.\n"
    assert LIMIT - 7_000 < len(body.encode()) <= LIMIT
    assert body.startswith(f"{MARKER}\n\n## zanith plan: ok\n\n**green**\n\n| 0000 ü |\n")
    assert f" ü |{rest}\n<!-- zanith verify -->" in body
    assert f"**drift**{rest}\n## three\n" in body


def test_a_command_without_a_report_and_no_command_at_all_are_said(
    sh: Run, forge: Forge, out: Path, github: dict[str, str]
) -> None:
    (out / "codes").write_text("plan 2\n")
    sh(CI / "comment.sh", environment=github)
    assert "## zanith plan: no report was written" in forge.comments[0]["body"]

    (out / "codes").unlink()
    sh(CI / "comment.sh", environment=github)
    assert "## zanith: not run" in forge.comments[0]["body"]


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/tags/v1", ""])
def test_without_a_pull_request_there_is_nothing_to_do(
    sh: Run, forge: Forge, out: Path, github: dict[str, str], ref: str
) -> None:
    found = sh(CI / "comment.sh", environment=github | {"GITHUB_REF": ref})

    assert found.returncode == 0
    assert "no pull or merge request" in found.stdout
    assert forge.requests == []


def test_the_number_may_be_given(sh: Run, forge: Forge, out: Path, github: dict[str, str]) -> None:
    wrote(out, plan="## x\n")
    given = {"GITHUB_REF": "refs/heads/main", "ZANITH_PULL_REQUEST": "7"}

    assert sh(CI / "comment.sh", environment=github | given).returncode == 0
    assert len(forge.comments) == 1
