"""Reads the process environment into the values that settings.py is made of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
# Query parameters of DATABASE_URL that Django has a key of its own for.
DJANGO_KEYS = {"host": "HOST", "port": "PORT"}


def flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in TRUE_WORDS


def words(name: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def number(name: str, default: int) -> int:
    """
    Raises:
        ImproperlyConfigured: it is no whole number, or below zero.
    """
    text = os.environ.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit()):
        raise ImproperlyConfigured(f"{name} is {text!r}; give a whole number.")
    return int(text)


def secret(name: str) -> str:
    """NAME, or the content of the file that NAME_FILE names."""
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from None
    return os.environ.get(name, "")


def database(url: str) -> dict[str, Any]:
    """Django's form of a postgresql:// URL; libpq's other parameters become OPTIONS."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {},
    }
    for key, value in parse_qsl(parts.query):
        if key in DJANGO_KEYS:
            settings[DJANGO_KEYS[key]] = value
        else:
            settings["OPTIONS"][key] = value
    return settings


def broker(url: str) -> str:
    """kombu's spelling of a Redis URL.

    A socket is unix://...?db=1 to redis-py and redis+socket://...?virtual_host=1 to kombu.
    """
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    query = [
        ("virtual_host" if key == "db" else key, value) for key, value in parse_qsl(parts.query)
    ]
    return parts._replace(scheme="redis+socket", query=urlencode(query)).geturl()
