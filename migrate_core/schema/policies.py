"""What ALTER POLICY cannot do."""

from __future__ import annotations

from migrate_core.schema.objects import Policy


def made_anew(old: Policy, new: Policy) -> bool:
    """Whether a policy of the same name has to be dropped and created to become `new`.

    ALTER POLICY changes roles and expressions, and takes none of these away; the command
    and PERMISSIVE or RESTRICTIVE stay what they were.
    Source: PostgreSQL documentation, ALTER POLICY.
    """
    return (
        old.permissive != new.permissive
        or old.command != new.command
        or (old.using is not None and new.using is None)
        or (old.check is not None and new.check is None)
    )
