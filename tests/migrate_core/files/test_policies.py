from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given

from migrate_core.errors import MisuseError
from migrate_core.files.config import ConfigurationError, load_config, parse
from migrate_core.files.policies import dumps
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy, Unknown, Waiver, problems
from migrate_core.risk.windows import Day, Freeze, Window
from tests.policies import policies

FULL = """\
[policy]
budget = 80
verify = true
unknown_probes = "pass"
approvals = 1
fail_on = ["raw_sql"]

[policy.approvals_by_level]
destructive = 2

[[policy.waivers]]
code = "drops_index"
until = 2026-12-31
owner = "dee"
reason = "idx_old is unused"

[[policy.windows]]
days = ["sat", "sun"]
from = "22:00"
to = "04:00"
zone = "Europe/Berlin"

[[policy.freezes]]
from = 2026-12-20T00:00:00+01:00
to = 2027-01-02T00:00:00Z
owner = "otto"
reason = "Christmas"

[policy.environments.production]
budget = 60
windows = []

[policy.environments.development]
approvals = 0
"""
WAIVER = '[[policy.waivers]]\ncode = "{}"\nuntil = {}\nowner = "{}"\nreason = "r"\n'
WINDOW = '[[policy.windows]]\nfrom = "{}"\nto = "{}"\nzone = "{}"\ndays = {}\n'
FREEZE = '[[policy.freezes]]\nfrom = {}\nto = {}\nowner = "o"\nreason = "{}"\n'


def policy_in(text: str) -> Policy:
    return parse(text, Path("zanith.toml")).policy.everywhere()


def test_every_key_is_read(tmp_path: Path) -> None:
    file = tmp_path / "zanith.toml"
    file.write_text(FULL)

    found = load_config(file, {}).policy

    assert found == Policy(
        budget=80,
        unknown_probes=Unknown.PASS,
        approvals=1,
        approvals_by_level={Level.DESTRUCTIVE: 2},
        fail_on=("raw_sql",),
        waivers=(
            Waiver(
                code="drops_index",
                until=date(2026, 12, 31),
                owner="dee",
                reason="idx_old is unused",
            ),
        ),
        windows=(
            Window(days=(Day.SAT, Day.SUN), opens="22:00", closes="04:00", zone="Europe/Berlin"),
        ),
        freezes=(
            Freeze(
                begins=datetime(2026, 12, 19, 23, tzinfo=UTC),
                ends=datetime(2027, 1, 2, tzinfo=UTC),
                owner="otto",
                reason="Christmas",
            ),
        ),
    )


def test_an_environment_replaces_single_keys(tmp_path: Path) -> None:
    file = tmp_path / "zanith.toml"
    file.write_text(FULL)

    found = load_config(file, {"ZANITH_ENVIRONMENT": "production"})

    production, development = found.policy_of(), found.policy_of("development")
    assert (production.budget, production.windows) == (60, ())
    assert (production.approvals, production.freezes) == (1, found.policy.freezes)
    assert (development.budget, development.approvals) == (80, 0)


def test_where_there_are_several_one_has_to_be_named(tmp_path: Path) -> None:
    file = tmp_path / "zanith.toml"
    file.write_text(FULL)
    found = load_config(file, {})

    with pytest.raises(MisuseError, match="no environment is named"):
        found.policy_of()
    with pytest.raises(MisuseError, match="there is no policy for environment 'prod'") as refusal:
        found.policy_of("prod")
    assert "production, development" in refusal.value.detail


def test_a_name_without_a_table_is_no_quiet_default(tmp_path: Path) -> None:
    file = tmp_path / "zanith.toml"
    file.write_text('[target]\nenvironment = "production"\n[policy]\nbudget = 60\n')

    with pytest.raises(MisuseError, match="there is no policy for environment 'production'"):
        load_config(file, {}).policy_of()


@given(policies())
def test_what_is_written_reads_as_the_same_policy(policy: Policy) -> None:
    assert list(problems(policy)) == []
    assert policy_in(dumps(policy)) == policy


@pytest.mark.parametrize("text", ['"', "\\", "\n\t\r", "\x7f\x00", "ä 🦉 \u2028", "'''", "#"])
def test_any_text_survives(text: str) -> None:
    freeze = Freeze(
        begins=datetime(2026, 1, 1, tzinfo=UTC),
        ends=datetime(2026, 1, 2, tzinfo=UTC),
        owner=f"o{text}",
        reason=f"r{text}",
    )
    assert policy_in(dumps(Policy(freezes=(freeze,)))).freezes == (freeze,)


WRONG = [
    ("[policy]\nbudgt = 6\n", "policy", "unknown field `budgt`"),
    ('[policy]\nunknown_probes = "ask"\n', "policy.unknown_probes", "invalid enum value 'ask'"),
    ("[policy]\napprovals = -1\n", "policy.approvals", "-1 is not between 0 and 20"),
    ("[policy]\napprovals = true\n", "policy.approvals", "expected `int`, got `bool`"),
    (
        "[policy.approvals_by_level]\nhuge = 1\n",
        "policy.approvals_by_level",
        "invalid enum value 'huge'",
    ),
    (
        "[policy.approvals_by_level]\nhigh = 99\n",
        "policy.approvals_by_level.high",
        "99 is not between",
    ),
    ('[policy]\nfail_on = ["x"]\n', "policy.fail_on[0]", "there is no reason code 'x'"),
    ('[policy]\nfail_on = ["raw_sql", "raw_sql"]\n', "policy.fail_on[1]", "named twice"),
    (WAIVER.format("x", "2026-01-01", "o"), "policy.waivers[0].code", "no reason code 'x'"),
    (
        WAIVER.format("raw_sql", "2026-01-01", " "),
        "policy.waivers[0].owner",
        "it is empty",
    ),
    (
        WAIVER.format("raw_sql", "2026-01-01T00:00:00Z", "o"),
        "policy.waivers[0].until",
        "expected `date`, got `datetime`",
    ),
    (
        '[[policy.waivers]]\ncode = "raw_sql"\nowner = "o"\nreason = "r"\n',
        "policy.waivers[0]",
        "missing required field `until`",
    ),
    (
        '[policy]\nfail_on = ["raw_sql"]\n' + WAIVER.format("raw_sql", "2026-01-01", "o"),
        "policy.waivers[0].code",
        "raw_sql is in fail_on as well",
    ),
    (
        WINDOW.format("24:00", "04:00", "UTC", '["mon"]'),
        "policy.windows[0].from",
        "'24:00' is not an hour",
    ),
    (
        WINDOW.format("2:00", "04:00", "UTC", '["mon"]'),
        "policy.windows[0].from",
        "'2:00' is not an hour",
    ),
    (
        WINDOW.format("04:00", "04:00", "UTC", '["mon"]'),
        "policy.windows[0].to",
        "opens and closes at the same time",
    ),
    (
        WINDOW.format("02:00", "04:00", "Europe/Bonn", '["mon"]'),
        "policy.windows[0].zone",
        "there is no time zone 'Europe/Bonn'",
    ),
    (
        WINDOW.format("02:00", "04:00", "../UTC", '["mon"]'),
        "policy.windows[0].zone",
        "there is no time zone",
    ),
    (WINDOW.format("02:00", "04:00", "UTC", "[]"), "policy.windows[0].days", "no day is named"),
    (
        WINDOW.format("02:00", "04:00", "UTC", '["monday"]'),
        "policy.windows[0].days[0]",
        "invalid enum value 'monday'",
    ),
    (
        FREEZE.format("2026-01-01T00:00:00", "2026-01-02T00:00:00Z", "r"),
        "policy.freezes[0].from",
        "it says no offset from UTC",
    ),
    (
        FREEZE.format("2026-01-03T00:00:00Z", "2026-01-02T00:00:00Z", "r"),
        "policy.freezes[0].to",
        "it ends before it begins",
    ),
    (
        FREEZE.format("2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "r"),
        "policy.freezes[0].to",
        "9999 is not a year to plan for",
    ),
    (
        '[policy.environments.production]\nbudget = "a"\n',
        "policy.environments.production.budget",
        "expected `int`, got `str`",
    ),
    (
        "[policy.environments.production]\nbudget = 101\n",
        "policy.environments.production.budget",
        "101 is not between 0 and 100",
    ),
    (
        "[policy.environments.production.environments]\n",
        "policy.environments.production",
        "unknown field `environments`",
    ),
]


@pytest.mark.parametrize(("text", "key", "says"), WRONG)
def test_what_does_not_fit_is_named_with_file_and_key(text: str, key: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse(text, Path("zanith.toml"))

    assert refusal.value.key == key
    assert says in refusal.value.message
    assert refusal.value.message.startswith("zanith.toml: ")
