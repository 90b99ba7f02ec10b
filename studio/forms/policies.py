"""A policy as a form, and as text: what does not fit is said beside the field it was typed into."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms

from migrate_core.errors import MisuseError
from migrate_core.files.config import parse
from migrate_core.files.policies import dumps
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import (
    HIGHEST_BUDGET,
    LONGEST_TEXT,
    MOST_APPROVALS,
    Policy,
    Problem,
    Unknown,
    Waiver,
    problems,
)
from migrate_core.risk.reasons import REASONS
from migrate_core.risk.windows import EVERY_DAY, Day, Freeze, Window

if TYPE_CHECKING:
    Rows = forms.BaseFormSet[forms.Form]
else:  # subscripts exist for type checkers only
    Rows = forms.BaseFormSet

MOST_ROWS = 50
LONGEST_IMPORT = 100_000
DAYS = {
    Day.MON: "Monday",
    Day.TUE: "Tuesday",
    Day.WED: "Wednesday",
    Day.THU: "Thursday",
    Day.FRI: "Friday",
    Day.SAT: "Saturday",
    Day.SUN: "Sunday",
}
CODES = [(code, f"{code} ({REASONS[code].level})") for code in sorted(REASONS)]


class Moment(forms.DateTimeField):
    """In UTC, whatever the reader's own clock says."""

    def __init__(self, label: str) -> None:
        kind = {"type": "datetime-local", "step": "1"}
        widget = forms.DateTimeInput(attrs=kind, format="%Y-%m-%dT%H:%M:%S")
        super().__init__(label=f"{label}, in UTC", widget=widget)


def _words(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST_TEXT)


class WaiverForm(forms.Form):
    code = forms.ChoiceField(label="Reason code", choices=[("", "Choose"), *CODES])
    until = forms.DateField(
        label="Until, its last day in UTC",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    owner = _words("Who answers for it")
    reason = _words("Why")

    def value(self) -> Waiver:
        return Waiver(**{name: self.cleaned_data[name] for name in WaiverForm.base_fields})


class WindowForm(forms.Form):
    days = forms.MultipleChoiceField(
        choices=list(DAYS.items()), widget=forms.CheckboxSelectMultiple, initial=list(EVERY_DAY)
    )
    opens = forms.CharField(label="From", max_length=5, help_text="22:00")
    closes = forms.CharField(
        label="To", max_length=5, help_text="04:00 is the next day's; 24:00 the end of the day."
    )
    zone = forms.CharField(
        label="Time zone",
        max_length=60,
        initial="UTC",
        help_text="A name of the IANA database, as Europe/Berlin.",
        widget=forms.TextInput(attrs={"list": "zones", "spellcheck": "false"}),
    )

    def value(self) -> Window:
        given = self.cleaned_data
        return Window(
            days=tuple(Day(day) for day in given["days"]),
            opens=given["opens"],
            closes=given["closes"],
            zone=given["zone"],
        )


class FreezeForm(forms.Form):
    begins = Moment("From")
    ends = Moment("To")
    owner = _words("Who ordered it")
    reason = _words("Why")

    def value(self) -> Freeze:
        return Freeze(**{name: self.cleaned_data[name] for name in FreezeForm.base_fields})


class _Rows(Rows):
    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "Remove it"


def _rows(form: type[forms.Form]) -> type[Rows]:
    return forms.formset_factory(
        form,
        formset=_Rows,
        extra=1,
        can_delete=True,
        can_delete_extra=False,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS + 1,
    )


WaiverRows, WindowRows, FreezeRows = map(_rows, (WaiverForm, WindowForm, FreezeForm))
LISTS = ("waivers", "windows", "freezes")


class GeneralForm(forms.Form):
    budget = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=HIGHEST_BUDGET,
        help_text="The worst step may score this much; empty: scores are shown, not judged.",
    )
    verify = forms.BooleanField(required=False, label="Each plan is rehearsed first")
    unknown_probes = forms.ChoiceField(
        label="A probe that was not answered in time",
        choices=[
            (Unknown.BLOCK, "blocks: what is unknown may be wrong"),
            (Unknown.PASS, "does not block by itself; it still counts as risk"),
        ],
        widget=forms.RadioSelect,
    )
    approvals = forms.IntegerField(
        label="Approvals", min_value=0, max_value=MOST_APPROVALS, help_text="Whatever the level."
    )
    fail_on = forms.MultipleChoiceField(
        label="Denied reasons", required=False, choices=CODES, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label="Why it changes", required=False, max_length=300, help_text="Kept with the version."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in Level:
            self.fields[f"approvals_{level}"] = forms.IntegerField(
                label=str(level), required=False, min_value=0, max_value=MOST_APPROVALS
            )

    def by_level(self) -> list[forms.BoundField]:
        return [self[f"approvals_{level}"] for level in Level]

    @property
    def common(self) -> list[forms.BoundField]:
        return [self[name] for name in ("budget", "verify", "unknown_probes", "approvals")]


class PolicyForm:
    """All of it; `more` shows one more empty row of a list and keeps what was typed."""

    def __init__(self, policy: Policy, data: Any = None, *, more: str = "") -> None:
        if data is not None and more in LISTS:
            data = _one_more(data, more)
        self.was_sent = data is not None and not more
        self.general = GeneralForm(data, initial=_initial(policy))
        rows = {"waivers": WaiverRows, "windows": WindowRows, "freezes": FreezeRows}
        # What was typed stands for itself: the policy may have other rows by now.
        self.rows: dict[str, Rows] = {
            name: kind(data, prefix=name)
            if data is not None
            else kind(prefix=name, initial=_initial_rows(getattr(policy, name)))
            for name, kind in rows.items()
        }
        self.policy = policy

    def is_valid(self) -> bool:
        """Field by field, then as the gates read it; nothing is saved here.

        What can be read is judged, also where something else cannot: all is told at once.
        """
        fine = [self.general.is_valid(), *(rows.is_valid() for rows in self.rows.values())]
        self.policy = self._value()
        found = list(problems(self.policy))
        for problem in found:
            self._say(problem)
        return all(fine) and not found

    @property
    def is_wrong(self) -> bool:
        """Whether some of it was typed that cannot be saved as it is."""
        rows = (form for one in self.rows.values() for form in one.forms)
        return self.was_sent and any(form.errors for form in (self.general, *rows))

    @property
    def note(self) -> str:
        return str(self.general.cleaned_data["note"])

    def _value(self) -> Policy:
        found: dict[str, Any] = self._general() if self.general.is_valid() else {}
        for name, rows in self.rows.items():
            if rows.is_valid():
                found[name] = tuple(form.value() for form in self._kept(name))  # type: ignore[attr-defined]  # each form of a list has it
        return Policy(**found)

    def _general(self) -> dict[str, Any]:
        given = self.general.cleaned_data
        asked = {level: given[f"approvals_{level}"] for level in Level}
        return {
            "budget": given["budget"],
            "verify": given["verify"],
            "unknown_probes": Unknown(given["unknown_probes"]),
            "approvals": given["approvals"],
            "approvals_by_level": {level: n for level, n in asked.items() if n is not None},
            "fail_on": tuple(given["fail_on"]),
        }

    def _kept(self, name: str) -> list[forms.Form]:
        """Without the rows that were left empty or are to be removed."""
        rows = self.rows[name]
        gone = rows.deleted_forms
        there = (form for form in rows.forms if form.cleaned_data.get(_FIRST[name]))
        return [form for form in there if form not in gone]

    def _say(self, problem: Problem) -> None:
        """Beside the field that the key of the text form stands for."""
        text = f"{problem.says}. {problem.hint}".strip()
        text = text[:1].upper() + text[1:]
        found = _ROW_KEY.fullmatch(problem.key)
        if found:
            form = self._kept(found["list"])[int(found["number"])]
            form.add_error(_NAMES.get((found["list"], found["key"]), found["key"]), text)
            return
        name = problem.key.partition("[")[0].replace("_by_level.", "_")
        self.general.add_error(name if name in self.general.fields else None, text)


_ROW_KEY = re.compile(r"(?P<list>waivers|windows|freezes)\[(?P<number>\d+)\]\.(?P<key>\w+)")
# A list's row is there where this of it is filled in.
_FIRST = {"waivers": "code", "windows": "opens", "freezes": "begins"}
_NAMES = {
    ("windows", "from"): "opens",
    ("windows", "to"): "closes",
    ("freezes", "from"): "begins",
    ("freezes", "to"): "ends",
}


def zones() -> list[str]:
    """What a browser offers while one types."""
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")


def _initial(policy: Policy) -> dict[str, Any]:
    names = ("budget", "verify", "unknown_probes", "approvals", "fail_on")
    found = {name: getattr(policy, name) for name in names}
    return found | {f"approvals_{level}": n for level, n in policy.approvals_by_level.items()}


def _initial_rows(things: Sequence[Waiver | Window | Freeze]) -> list[dict[str, Any]]:
    found = []
    for thing in things:
        row = {name: getattr(thing, name) for name in thing.__struct_fields__}
        if isinstance(thing, Freeze):
            row |= {"begins": thing.begins.astimezone(UTC), "ends": thing.ends.astimezone(UTC)}
        found.append(row)
    return found


def _one_more(data: Any, name: str) -> Any:
    total = f"{name}-TOTAL_FORMS"
    given = data.copy()
    number = given.get(total, "")
    if number.isascii() and number.isdecimal() and int(number[:6]) < MOST_ROWS:
        given[total] = str(int(number) + 1)
        if name == "windows":  # as an empty row begins
            given.setlist(f"{name}-{int(number)}-days", list(EVERY_DAY))
            given[f"{name}-{int(number)}-zone"] = "UTC"
    return given


# As text ----------------------------------------------------------------------------------------


class ImportForm(forms.Form):
    text = forms.CharField(
        label="Policy as TOML",
        strip=False,
        max_length=LONGEST_IMPORT,
        widget=forms.Textarea(attrs={"rows": 18, "class": "mono", "spellcheck": "false"}),
        help_text="What the export gives, or a whole zanith.toml; only [policy] of it is taken.",
    )
    note = forms.CharField(
        label="Why it changes", required=False, max_length=300, help_text="Kept with the version."
    )

    def __init__(self, *args: Any, environment: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environment = environment
        self.policy: Policy | None = None

    @property
    def fingerprint(self) -> str:
        """Of what was read: what is saved is what was shown."""
        return hashlib.sha256(dumps(self.policy).encode()).hexdigest() if self.policy else ""

    def clean_text(self) -> str:
        """Its own table's keys count where the text has one for this environment."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        try:
            document = parse(text, Path("text"))
        except MisuseError as error:
            raise forms.ValidationError(list(_sentences(error))) from error
        if not document.policy.given() and not document.policy.environments:
            raise forms.ValidationError("There is no [policy] in it.")
        self.policy = document.policy.of(self.environment)
        return text


def _sentences(error: MisuseError) -> Iterator[str]:
    yield error.message.removeprefix("text: ")
    if error.hint:
        yield error.hint
