"""What a person may say of a restore."""

from __future__ import annotations

from django import forms

from migrate_core.pg.names import MAX_BYTES


class RestoreForm(forms.Form):
    """In the URL, so that what is shown and what is pressed are of one name."""

    under = forms.CharField(required=False, strip=True, max_length=MAX_BYTES, label="Another name")
