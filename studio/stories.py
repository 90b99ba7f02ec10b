"""The demo's stories as their folders tell them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from studio.display import Shown
from studio.models import Change, Run, Target

FOLDER = settings.BASE_DIR / "demo" / "stories"
# The order in which they are best played.
ORDER = ("green", "over_budget", "drift", "failing_third_step", "restore")
ABOUT = {
    "green": "1 min",
    "over_budget": "2 min",
    "drift": "1 min",
    "failing_third_step": "3 min",
    "restore": "1 min",
}


class Story(Shown, frozen=True, kw_only=True):
    name: str
    title: str
    says: str
    ending: str
    slug: str  # names the migration
    drops: str = "soft"
    migration: str = ""  # a file that is used as it is, in place of generating
    backfills: Mapping[str, str] = msgspec.field(default_factory=dict)
    about: str = ""

    @property
    def folder(self) -> Path:
        return Path(FOLDER / self.name)

    @property
    def database(self) -> str:
        return f"storefront_{self.name}"


class Card(Shown, frozen=True, kw_only=True):
    """A story and how far it is."""

    story: Story
    target: Target | None
    change: Change | None
    run: Run | None
    state: str
    says: str


@cache
def story(name: str) -> Story:
    text = (FOLDER / name / "story.toml").read_text(encoding="utf-8")
    fields: dict[str, Any] = tomllib.loads(text)
    fields["slug"] = fields.pop("name")
    return msgspec.convert({**fields, "name": name, "about": ABOUT.get(name, "")}, Story)


def all_stories() -> list[Story]:
    return [story(name) for name in ORDER if (FOLDER / name / "story.toml").exists()]


def cards() -> list[Card]:
    return [_card(one) for one in all_stories()]


def declared_folder(target: Target) -> Path | None:
    """The declared folder of a story's own target."""
    found = next((one for one in all_stories() if one.database == target.dbname), None)
    return found.folder / "declared" if found else None


def _card(one: Story) -> Card:
    change = (
        Change.objects.filter(story=one.name)
        .select_related("target__environment", "project")
        .order_by("-pk")
        .first()
    )
    run = change.runs.order_by("-number").first() if change else None
    return Card(
        story=one,
        target=change.target if change else None,
        change=change,
        run=run,
        state=change.state if change else "pending",
        says=_says(change, run),
    )


def _says(change: Change | None, run: Run | None) -> str:
    if change is None:
        return "not prepared"
    if run is not None:
        return f"run {run.number} {run.state}"
    return "ready to begin"
