"""The action and the template, step by step, with a real target and a real shadow."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.ci.conftest import CI, Run
from tests.ci.forge import TOKEN, Forge
from tests.migrate_core.cli.conftest import Shop
from tests.migrate_core.cli.test_reports import ID, STORY
from tests.published import GITHUB_ACTION, GITHUB_WORKFLOW, GITLAB_CI, published

ACTION: dict[str, Any] = yaml.safe_load((CI / "github" / "action.yml").read_text())
TEMPLATE: dict[str, Any] = yaml.safe_load((CI / "gitlab" / "zanith.yml").read_text())
EXAMPLE: dict[str, Any] = yaml.safe_load((CI / "github" / "example.yml").read_text())
SAFE = "operations:\n  - {op: addColumn, table: public.users, column: {name: b, type: text}}\n"


@pytest.mark.parametrize("script", sorted(CI.glob("*.sh")), ids=lambda path: path.name)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_script_parses_in_both_shells(script: Path, shell: str) -> None:
    assert subprocess.run([shell, "-n", script], check=False).returncode == 0
    assert script.read_text().startswith("#!/bin/sh\n")


@pytest.mark.parametrize(
    ("file", "url"),
    [
        (CI / "github" / "action.yml", GITHUB_ACTION),
        (CI / "github" / "example.yml", GITHUB_WORKFLOW),
        (CI / "gitlab" / "zanith.yml", GITLAB_CI),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_the_files_fit_the_schemas_that_the_forges_publish(file: Path, url: str) -> None:
    data = json.loads(json.dumps(yaml.load(file.read_text(), _Loader)))

    Draft7Validator(published(url)).validate(data)


class _Loader(yaml.SafeLoader):
    """YAML 1.2, as both forges read it: `on` is a word."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def filled(text: str, given: dict[str, str]) -> str:
    """What GitHub puts in the place of `${{ inputs.x }}`."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: given[match[1]], text)


def run_action(
    sh: Run, shop: Shop, forge: Forge, out: Path, **inputs: str
) -> list[tuple[str, Any]]:
    """(name, what came of it) of every step but the installation, as the runner does them: all,
    whatever became of those before, because each says `!cancelled()` or cannot fail."""
    given = {
        f"inputs.{name}": str(one.get("default", "")) for name, one in ACTION["inputs"].items()
    }
    given |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    given |= {"inputs.token": TOKEN, "steps.where.outputs.report": str(out)}
    given |= {"github.event.pull_request.number": "7"}
    fixed = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(CI / "github"),
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_STEP_SUMMARY": str(out / "summary"),
        "GITHUB_OUTPUT": str(out / "output"),
        "RUNNER_TEMP": str(out.parent),
    }
    done = []
    for step in ACTION["runs"]["steps"]:
        if step.get("name") == "Install zanith":
            continue
        environment = {name: filled(text, given) for name, text in step.get("env", {}).items()}
        folder = shop.folder / filled(step.get("working-directory", "."), given)
        found = sh("-e", "-c", filled(step["run"], given), shell="bash", cwd=folder,
                   environment=fixed | environment)  # fmt: skip
        done.append((step.get("name", ""), found))
    return done


@pytest.fixture
def urls(shop: Shop, shadow_url: str) -> dict[str, str]:
    return {"target_url": shop.url, "shadow_url": shadow_url}


@pytest.mark.db
def test_the_action_annotates_comments_and_ends_with_the_plans_exit_code(
    sh: Run, shop: Shop, forge: Forge, out: Path, urls: dict[str, str]
) -> None:
    shop.migration(STORY, id=ID)

    first = dict(run_action(sh, shop, forge, out, **urls))
    second = dict(run_action(sh, shop, forge, out, **urls))
    (comment,) = forge.comments

    assert first["Plan and verify"].returncode == 0, first["Plan and verify"].stderr
    assert "::error file=declared/20_people.sql,line=1," in first["Plan and verify"].stdout
    assert "zanith: a comment was made" in first["Comment"].stdout
    assert "zanith: the comment was updated" in second["Comment"].stdout
    assert first["Verdict"].returncode == 3
    assert "zanith migrate verify: exit code 5" in first["Verdict"].stdout
    assert "## zanith plan on" in comment["body"]
    assert "## zanith verify on" in comment["body"]
    assert "## zanith plan on" in (out / "summary").read_text()
    assert sorted(path.suffix for path in out.glob("verify.*")) == [
        ".json",
        ".log",
        ".md",
        ".sarif",
        ".xml",
    ]


@pytest.mark.db
@pytest.mark.parametrize(("migration", "code"), [(STORY, 3), (SAFE, 0)])
def test_an_api_that_is_down_does_not_hide_the_verdict(
    sh: Run, shop: Shop, forge: Forge, out: Path, urls: dict[str, str], migration: str, code: int
) -> None:
    shop.migration(migration, id=ID)
    forge.down = True

    done = dict(run_action(sh, shop, forge, out, **urls, commands="plan"))

    assert done["Comment"].returncode == 0
    assert "::warning title=zanith::The comment could not be written" in done["Comment"].stdout
    assert done["Verdict"].returncode == code


@pytest.mark.db
def test_a_project_that_is_broken_fails_and_says_so_in_the_comment(
    sh: Run, shop: Shop, forge: Forge, out: Path, urls: dict[str, str]
) -> None:
    shop.migration("operations: nonsense\n", id=ID)

    done = dict(run_action(sh, shop, forge, out, **urls))

    assert done["Verdict"].returncode == 1
    assert "could not be carried out" in forge.comments[0]["body"]
    assert f"::error file=migrations/{ID}.yaml,line=1," in done["Plan and verify"].stdout


@pytest.mark.db
def test_the_template_runs_line_by_line(
    sh: Run, shop: Shop, forge: Forge, out: Path, gitlab: dict[str, str], shadow_url: str
) -> None:
    """But for the clone and the installation, which need a network."""
    shop.migration(STORY, id=ID)
    job = TEMPLATE["zanith"]
    environment = {**job["variables"], **gitlab, "SHADOW_URL": shadow_url}
    codes = []
    for line in job["script"][2:]:
        found = sh("-e", "-c", line.replace("/tmp/zanith", str(CI.parent)), cwd=shop.folder,
                   environment=environment, shell="bash")  # fmt: skip
        codes.append(found.returncode)
    marks = json.loads((out / "codequality.json").read_text())

    assert codes == [0, 0, 0, 3]
    assert len(forge.comments) == 1
    assert {"path": "declared/20_people.sql", "lines": {"begin": 9}} in [
        mark["location"] for mark in marks
    ]
    assert len({mark["fingerprint"] for mark in marks}) == len(marks)
    assert {mark["severity"] for mark in marks} <= {"info", "minor", "major"}


def test_what_stands_in_a_database_gives_the_runner_no_commands(sh: Run, out: Path) -> None:
    # What a note on standard error may hold, by a command that is not ours.
    (out.parent / "bin" / "zanith").write_text(
        "#!/bin/sh\nprintf 'a\\n  ::error::b\\n::stop-commands::c\\n##[group]d\\n' >&2\nexit 3\n"
    )

    found = sh(CI / "check.sh", environment={"ZANITH_OUT": str(out), "ZANITH_COMMANDS": "plan"})

    assert found.stderr == "a\n| ::error::b\n| ::stop-commands::c\n## [group]d\n"
    assert (out / "codes").read_text() == "plan 3\n"


def test_no_command_that_was_run_is_no_pass(sh: Run, out: Path) -> None:
    found = sh(CI / "verdict.sh", environment={"ZANITH_OUT": str(out)})

    assert found.returncode == 1
    assert "no command was run" in found.stderr


@pytest.mark.parametrize(
    ("codes", "verdict"),
    [("plan 0\nverify 0\n", 0), ("plan 3\nverify 5\n", 3), ("plan 0\nverify 5\ndrift 4\n", 5)],
)
def test_the_first_command_that_does_not_end_with_0_decides(
    sh: Run, out: Path, codes: str, verdict: int
) -> None:
    (out / "codes").write_text(codes)

    assert sh(CI / "verdict.sh", environment={"ZANITH_OUT": str(out)}).returncode == verdict


def test_the_example_asks_for_no_more_rights_than_it_needs() -> None:
    assert EXAMPLE["permissions"] == {
        "contents": "read",
        "pull-requests": "write",
        "security-events": "write",
    }
    assert "pull_request_target" not in json.dumps(EXAMPLE)
