"""Ask a target's own record what happened, and whether it still says what it said."""

from __future__ import annotations
