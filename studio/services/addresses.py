"""Where targets may be: resolved once, every address checked, and connected to by that address."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings

from migrate_core.errors import MigrateError

Address = IPv4Address | IPv6Address


class AddressRefusedError(MigrateError):
    """A target may not be there."""

    code = "address_refused"


def checked(host: str) -> str:
    """The address to connect to instead of asking DNS again; "" for a folder of sockets.

    Raises:
        AddressRefusedError: it is this machine, or a place no database should be.
    """
    if host.startswith(("/", "@")) or not host:
        if not settings.DEMO:
            raise _refused(host, "a socket of the studio's own machine")
        return ""
    addresses = _resolve(host)
    for address in addresses:
        _check(host, address)
    return str(addresses[0])


def _resolve(host: str) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefusedError(
            "the host has no address",
            hint="Check its spelling, and that the studio's machine can resolve it.",
        ) from None
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _check(host: str, address: Address) -> None:
    plain = getattr(address, "ipv4_mapped", None) or address
    if plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved:
        raise _refused(host, "link-local, multicast or reserved")
    if plain.is_loopback and not settings.DEMO:
        raise _refused(host, "the studio's own machine")


def _refused(host: str, why: str) -> AddressRefusedError:
    return AddressRefusedError(
        "a target may not be at that address",
        detail=f"It is {why}.",
        hint="Give the address under which other machines reach the database.",
    )
