"""What commands share: settings, what they print, how they fail and how they are stopped."""

from __future__ import annotations
