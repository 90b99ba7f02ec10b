"""Small signs: risk, state, health, place, person; each a word and a shape, never colour alone."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from migrate_core.risk.levels import Level
from studio.display import ReasonLike
from studio.templatetags.icons import icon
from studio.templatetags.words import initials, visible, visible_plain

register = template.Library()

# One shape a level, on a 10 x 10 field: circle, chevron, triangle, diamond, octagon, square.
GLYPHS = {
    Level.SAFE: '<circle cx="5" cy="5" r="4"/>',
    Level.LOW: '<path d="M1 7.5 5 2l4 5.5H6.6L5 5.3 3.4 7.5z"/>',
    Level.MEDIUM: '<path d="M5 .8 9.6 9H.4z"/>',
    Level.HIGH: '<path d="M5 .2 9.8 5 5 9.8.2 5z"/>',
    Level.DESTRUCTIVE: '<path d="M3 .5h4L9.5 3v4L7 9.5H3L.5 7V3z"/>',
    Level.BLOCKED: '<path d="M1 1h8v8H1z"/>',
}

# state: (word, icon, family). Families have colours of their own; red is for failed alone.
STATES = {
    "draft": ("draft", "pencil-line", "quiet"),
    "planned": ("planned", "file-text", "quiet"),
    "verified": ("verified", "file-check", "running"),
    "approved": ("approved", "user-check", "running"),
    "pending": ("pending", "circle-dashed", "quiet"),
    "queued": ("queued", "clock", "quiet"),
    "scheduled": ("scheduled", "calendar-clock", "quiet"),
    "running": ("running", "loader-circle", "running"),
    "verifying": ("verifying", "loader-circle", "running"),
    "checking": ("checking", "loader-circle", "running"),
    "waiting_for_lock": ("waiting for a lock", "lock", "hold"),
    "pausing": ("pausing", "hourglass", "hold"),
    "paused": ("paused", "circle-pause", "hold"),
    "cancelling": ("cancelling", "hourglass", "hold"),
    "stuck": ("no worker", "unplug", "hold"),
    "lost": ("lost", "unplug", "hold"),
    "interrupted": ("interrupted", "unplug", "hold"),
    "done": ("done", "circle-check", "done"),
    "applied": ("applied", "circle-check", "done"),
    "reverted": ("undone", "rotate-ccw", "quiet"),
    "failed": ("failed", "circle-x", "failed"),
    "skipped": ("skipped", "skip-forward", "quiet"),
    "cancelled": ("cancelled", "ban", "quiet"),
    "not_reached": ("not reached", "circle-minus", "quiet"),
    "closed": ("closed", "archive", "quiet"),
}
SPINNING = {"running", "verifying", "checking"}

TONES = {"ok": "all well", "wait": "needs a look", "bad": "not working"}
ENVIRONMENTS = {"prod": "PROD", "staging": "staging", "dev": "dev"}


@register.simple_tag
def risk_pill(level: str, text: str = "") -> SafeString:
    known = Level(level)
    return format_html(
        '<span class="pill {}"><svg viewBox="0 0 10 10" aria-hidden="true">{}</svg>{}</span>',
        known,
        mark_safe(GLYPHS[known]),
        text or known,
    )


@register.simple_tag
def score(number: int, level: str = "") -> SafeString:
    tint = Level(level) if level else "quiet"
    return format_html(
        '<span class="score {}"><span class="sr">score </span>{}</span>', tint, number
    )


@register.inclusion_tag("components/_reason_chip.html")
def reason_chip(reason: ReasonLike) -> dict[str, object]:
    return {"reason": reason}


@register.simple_tag
def badge(state: str, text: str = "") -> SafeString:
    word, drawing, family = STATES[str(state)]
    return format_html(
        '<span class="badge {}">{}{}</span>',
        family,
        icon(drawing, size=14, spin=str(state) in SPINNING),
        text or word,
    )


@register.simple_tag
def state_icon(state: str) -> SafeString:
    """The badge's icon alone; its word stands beside it."""
    _word, drawing, family = STATES[str(state)]
    sign = icon(drawing, spin=str(state) in SPINNING)
    return format_html('<span class="state {}">{}</span>', family, sign)


@register.simple_tag
def state_word(state: str) -> SafeString:
    word, _drawing, family = STATES[str(state)]
    return format_html('<span class="word {}">{}</span>', family, word)


@register.simple_tag
def dot(tone: str, text: str) -> SafeString:
    return format_html(
        '<span class="health"><span class="dot {}"></span><span class="sr">{}: </span>{}</span>',
        tone,
        TONES[tone],
        text,
    )


@register.simple_tag
def environment_mark(environment: object) -> SafeString:
    kind = str(getattr(environment, "kind", environment))
    return format_html('<span class="env {}">{}</span>', kind, ENVIRONMENTS[kind])


@register.simple_tag
def avatar(person: object) -> SafeString:
    """Initials; hidden from screen readers, because the name stands beside or in a label."""
    name = visible_plain(getattr(person, "name", person))
    return format_html(
        '<span class="avatar" aria-hidden="true" title="{}">{}</span>', name, initials(name)
    )


@register.simple_tag
def person_name(person: object) -> SafeString:
    name = getattr(person, "name", person)
    return format_html('<span class="person">{}{}</span>', avatar(person), visible(name))


@register.simple_tag
def kind_name(kind: str, object: str = "") -> SafeString:
    what = format_html(' <span class="obj">{}</span>', visible(object)) if object else ""
    return format_html('<span class="kind">{}</span>{}', kind, what)
