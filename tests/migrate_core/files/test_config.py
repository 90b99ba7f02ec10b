from __future__ import annotations

from pathlib import Path

import pytest

from migrate_core.errors import MisuseError
from migrate_core.files.config import ConfigurationError, load_config

GOOD = """\
[declared]
folder = "declared"
[migrations]
folder = "changes"
[target]
schemas = ["public", "shop"]
[policy]
budget = 60
fail_on = ["raw_sql"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "zanith.toml"


def test_paths_are_relative_to_the_file_and_urls_come_from_the_environment(file: Path) -> None:
    file.write_text(GOOD)

    found = load_config(file, {"ZANITH_TARGET_URL": "postgresql://t/a", "DATABASE_URL": "no"})

    assert found.migrations == file.parent / "changes"
    assert found.folder == file.parent
    assert found.declared.given == ("folder",)
    assert found.schemas == ("public", "shop")
    assert found.policy.budget == 60
    assert (found.target_url, found.shadow_url) == ("postgresql://t/a", None)


def test_without_a_file_everything_has_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    found = load_config(None, {})

    assert found.migrations == Path("migrations")
    assert found.policy.budget is None
    assert found.policy.verify


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("[policy]\nbudget = '60'\n", "policy.budget", "expected `int`, got `str`"),
        ("[policy]\nbudget = 101\n", "policy.budget", "101 is not between 0 and 100"),
        ("[polices]\n", "", "unknown field `polices`"),
        ("[declared]\nfoldr = 'x'\n", "declared", "unknown field `foldr`"),
        ("[declared]\nfolder = 'x'\nfile = 'y'\n", "declared", "folder and file are both given"),
        ("[target]\nschemas = 'public'\n", "target.schemas", "expected `array`"),
        ("[policy\n", "", "not TOML"),
    ],
)
def test_what_does_not_fit_is_named_with_file_and_key(
    file: Path, text: str, key: str, says: str
) -> None:
    file.write_text(text)

    with pytest.raises(ConfigurationError) as refusal:
        load_config(file, {})

    assert refusal.value.key == key
    assert str(file) in refusal.value.message
    assert says in refusal.value.message
    assert refusal.value.exit_code == 2


def test_a_reason_code_that_does_not_exist_would_never_refuse_so_it_is_refused(file: Path) -> None:
    file.write_text('[policy]\nfail_on = ["drops_colum"]\n')

    with pytest.raises(MisuseError, match="'drops_colum'"):
        load_config(file, {})


def test_a_file_that_was_named_and_is_not_there_is_an_error(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load_config(file, {})


def test_the_shadows_shape_is_said_once_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "zanith.toml"
    file.write_text('[target]\nproduction = true\n[shadow]\nshape = "schema"\n')

    found = load_config(file, {})
    assert (found.production, found.shadow.shape, found.shadow.on_production) == (
        *(True, "schema", False),
    )
    assert load_config(file, {"ZANITH_SHADOW_SHAPE": "database"}).shadow.shape == "database"
    with pytest.raises(MisuseError, match="ZANITH_SHADOW_SHAPE is 'cloud'"):
        load_config(file, {"ZANITH_SHADOW_SHAPE": "cloud"})
    file.write_text('[shadow]\nshape = "cloud"\n')
    with pytest.raises(ConfigurationError, match=r"shadow\.shape"):
        load_config(file, {})
