"""Who may see and do what."""

from __future__ import annotations

from migrate_core.risk.codes import code as _code
from migrate_core.risk.levels import Level

RLS_CHANGE = _code(
    "rls_change",
    Level.MEDIUM,
    "Other rows become visible or hidden to the roles it speaks of.",
    "Read as each role on the shadow first.",
)
RLS_WITHOUT_POLICY = _code(
    "rls_without_policy",
    Level.HIGH,
    "Row security is on and no policy is left: everybody but the owner sees no row.",
    "Create the policy that is meant in the same migration.",
)
WIDENS_ACCESS = _code(
    "widens_access",
    Level.MEDIUM,
    "Somebody may read or change what was closed to them before.",
    "Make sure that the grantee is meant, PUBLIC and grant options above all.",
)
NARROWS_ACCESS = _code(
    "narrows_access",
    Level.MEDIUM,
    "Code that runs as the grantee and uses the right fails from the moment it commits.",
    "Make sure that nothing runs as the grantee any more, or grant what it needs first.",
)
CHANGES_OWNER = _code(
    "changes_owner",
    Level.MEDIUM,
    "Another role may alter and drop it; views and functions of that role's rights change too.",
    "Grant the old owner what it still needs, in the same migration.",
)
STOPS_GUARDING = _code(
    "stops_guarding",
    Level.HIGH,
    "Whoever may read the view sees rows that were kept from them.",
    "Write security_invoker and security_barrier again wherever the view is made or replaced.",
)
LENDS_OWNERS_RIGHTS = _code(
    "lends_owners_rights",
    Level.HIGH,
    "Everybody may call it, and does with its owner's rights what was kept from them.",
    "REVOKE EXECUTE from PUBLIC in the same transaction, and grant it to those who are meant.",
)
DEFINER_WITHOUT_SEARCH_PATH = _code(
    "definer_without_search_path",
    Level.HIGH,
    "Whoever calls it chooses which objects it finds, and it acts with its owner's rights.",
    "Give it SET search_path = pg_catalog, pg_temp and write schemas before names.",
)
