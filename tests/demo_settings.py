"""studio.settings as the demo has them, for tools without an environment (mypy)."""

from __future__ import annotations

import os

os.environ.setdefault("ZANITH_DEMO", "1")

from studio.settings import *  # noqa: F403  # the environment comes first
