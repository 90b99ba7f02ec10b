"""The closed list of reason codes a verdict may give, in a file for each theme.

Codes are a public contract: stored, searched, linked and used in policies. Add; never
rename; never reuse. Levels are base levels; a kind may raise or lower one by facts.
Kinds say `why.ADDS_INDEX` whichever file it is in; what is so around a step is in ../here.py.
"""

from __future__ import annotations

from migrate_core.risk import here as here  # its codes are in REASONS too
from migrate_core.risk.codes import REASONS as REASONS
from migrate_core.risk.codes import Reason as Reason
from migrate_core.risk.codes import ReasonCode as ReasonCode
from migrate_core.risk.reasons.access import *  # noqa: F403
from migrate_core.risk.reasons.columns import *  # noqa: F403
from migrate_core.risk.reasons.losses import *  # noqa: F403
from migrate_core.risk.reasons.objects import *  # noqa: F403
from migrate_core.risk.reasons.programs import *  # noqa: F403
from migrate_core.risk.reasons.rows import *  # noqa: F403
from migrate_core.risk.reasons.rules import *  # noqa: F403
