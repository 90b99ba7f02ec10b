"""A target as typed fields; never a connection string."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from studio.credentials import identity
from studio.models import Environment, Target

if TYPE_CHECKING:
    Base = forms.ModelForm[Target]
else:  # subscripts exist for type checkers only
    Base = forms.ModelForm


class TargetForm(Base):
    password = forms.CharField(
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        required=False,
        strip=False,
        help_text="Sealed on arrival; it can be replaced, never read.",
    )
    schemas_text = forms.CharField(
        required=False,
        label="Schemas",
        help_text="Separated by commas; empty: every schema of yours.",
    )

    class Meta:
        model = Target
        fields = (
            "environment",
            "name",
            "host",
            "port",
            "dbname",
            "user",
            "sslmode",
            "sslrootcert",
        )
        labels: ClassVar = {
            "dbname": "Database",
            "sslmode": "TLS",
            "sslrootcert": "CA certificate file",
        }
        help_texts: ClassVar = {
            "host": "A name or an address; in the demo also a folder of sockets.",
        }

    field_order = (
        "environment",
        "name",
        "host",
        "port",
        "dbname",
        "user",
        "password",
        "sslmode",
        "sslrootcert",
        "schemas_text",
    )

    def __init__(self, *args: Any, environments: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = identity(self.instance) if self.instance.pk else None
        field = self.fields["environment"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Environment.objects.none() if environments is None else environments
        self.fields["schemas_text"].initial = ", ".join(self.instance.schemas)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for name, value in given.items():
            if isinstance(value, str) and "\0" in value:
                self.add_error(name, "NUL characters are not allowed.")
        if not given.get("password") and self._needs_password():
            self.add_error("password", "The password of this connection is needed.")
        return given

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # not in the stubs
        text = self.cleaned_data.get("schemas_text", "")
        self.instance.schemas = [name.strip() for name in text.split(",") if name.strip()]

    def _needs_password(self) -> bool:
        """Whenever the connection is new or another one: an old password stays with the old."""
        if self.before is None:
            return True
        names = ("host", "port", "dbname", "user", "sslmode", "sslrootcert")
        now = [str(self.cleaned_data.get(name, "")) for name in names]
        return now != self.before
