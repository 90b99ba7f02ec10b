"""Rules that every template and static file of the studio keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from studio.templatetags.icons import icon

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates/components").glob("*.html"))
CONTRACT = (ROOT / "templates/components/README.md").read_text()
LARGEST_CSS, LARGEST_JS = 35_000, 10_000  # bytes


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_compiles_and_writes_nothing_that_the_policy_drops(path: Path) -> None:
    text = path.read_text()

    get_template(_name(path))
    assert not re.search(r"\sstyle\s*=|<style", text)
    assert not re.search(r"\son[a-z]+\s*=|javascript:|hx-on", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_icon_a_template_names_is_in_the_package(path: Path) -> None:
    for name in re.findall(r'{% icon "([^"]+)"', path.read_text()):
        assert "<svg" in icon(name)


@pytest.mark.parametrize("path", COMPONENTS, ids=_name)
def test_a_component_begins_with_its_context(path: Path) -> None:
    head = path.read_text().splitlines()[:2]

    assert any(line.startswith("{# ") for line in head)


def test_every_tag_is_in_the_contract() -> None:
    for library in ("frames", "parts", "marks", "charts", "source", "icons", "words"):
        module = __import__(f"studio.templatetags.{library}", fromlist=["register"])
        for tag in module.register.tags:
            assert f"{{% {tag}" in CONTRACT, tag


def test_the_stylesheets_are_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "static/css").iterdir()) <= LARGEST_CSS


def test_the_script_is_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "static/js").iterdir()) <= LARGEST_JS


def test_colours_are_literals_in_the_tokens_alone() -> None:
    for path in (ROOT / "static/css").iterdir():
        if path.name in {"tokens.css", "sql.css"}:
            continue
        bare = re.sub(r"light-dark\([^)]*\)|rgb\(8 10 14 / .5\)", "", path.read_text())
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{]*{)", bare), path.name
