"""Passwords at rest: sealed with a key ring, bound to the connection that they belong to."""

from __future__ import annotations

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from migrate_core.errors import MigrateError
from studio.models import Target


class CredentialError(MigrateError):
    """A stored password cannot be used for this connection."""

    code = "credential"


def identity(target: Target) -> list[str]:
    """What a password belongs to; changing any of it asks for the password again."""
    return [
        target.host,
        str(target.port),
        target.dbname,
        target.user,
        target.sslmode,
        target.sslrootcert,
    ]


def seal(target: Target, password: str) -> None:
    """Puts the sealed password on the target, which still has to be saved."""
    text = json.dumps([identity(target), password])
    target.sealed_password = _ring().encrypt(text.encode())


def unseal(target: Target) -> str:
    """
    Raises:
        CredentialError: the seal is broken, or is that of another connection.
    """
    try:
        owner, password = json.loads(_ring().decrypt(bytes(target.sealed_password)))
    except InvalidToken:
        raise CredentialError(
            f'the stored password of target "{target.name}" cannot be read',
            detail="None of the keys in ZANITH_CREDENTIAL_KEYS opens it.",
            hint="Restore the key, or enter the password again on the target's page.",
        ) from None
    if owner != identity(target):
        raise CredentialError(
            f'the stored password of target "{target.name}" belongs to another connection',
            detail="Host, port, database, user or TLS were changed after it was entered.",
            hint="Enter the password again on the target's page.",
        )
    return str(password)


def _ring() -> MultiFernet:
    if not settings.CREDENTIAL_KEYS:
        raise CredentialError(
            "the studio has no key for stored passwords",
            hint="Set ZANITH_CREDENTIAL_KEYS (or ZANITH_CREDENTIAL_KEYS_FILE).",
        )
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])
