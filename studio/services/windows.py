"""When runs may begin, as the policy of their environment says."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils import timezone

from migrate_core.errors import GateRefusedError
from migrate_core.risk.policy import Policy
from migrate_core.risk.windows import next_open
from studio.models import Environment, Run


def opening(environment: Environment) -> datetime | None:
    """When it is open next; None where it is open now.

    Raises:
        GateRefusedError: no window opens within the next weeks.
    """
    now, policy = timezone.now(), environment.policy
    opens = next_open(policy.windows, policy.freezes, now)
    if opens is None:
        raise GateRefusedError(
            "no window opens within the next weeks",
            still_true="Nothing was started.",
            hint="Have an admin look at the policy.",
        )
    return None if opens == now else opens


def goes_on_by_itself(run: Run) -> bool:
    """Whether it goes on with what it began since a person last started it."""
    return run.events.filter(step__isnull=False, at__gte=run.queued_at).exists()


def at_any_time(policy: Policy) -> Policy:
    return msgspec.structs.replace(policy, windows=(), freezes=())
