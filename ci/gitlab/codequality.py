"""Turns the SARIF of each command into GitLab's Code Quality report: marks on the lines of a merge
request. Source: GitLab documentation, "Code Quality report format"."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def issues(sarif: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Only what has a file: GitLab shows nothing else."""
    for run in sarif["runs"]:
        for result in run["results"]:
            for location in result.get("locations", ()):
                physical = location["physicalLocation"]
                key = json.dumps([run["automationDetails"]["id"], result["partialFingerprints"]])
                yield {
                    "check_name": result["ruleId"],
                    "description": result["message"]["text"],
                    "severity": SEVERITIES[result["level"]],
                    "fingerprint": hashlib.sha256(key.encode()).hexdigest(),
                    "location": {
                        "path": unquote(physical["artifactLocation"]["uri"]),
                        "lines": {"begin": physical.get("region", {}).get("startLine", 1)},
                    },
                }


def main(folder: Path) -> None:
    found = [
        issue
        for file in sorted(folder.glob("*.sarif"))
        for issue in issues(json.loads(file.read_text(encoding="utf-8")))
    ]
    (folder / "codequality.json").write_text(json.dumps(found, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
