"""What is asked of somebody who wants a proof. Days are those of the viewer's time zone, the last one included."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from upheld.accounts.models import Account
from upheld.kernel.text import nearest
from upheld.web import names

YEARS = range(1990, 2200)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """`since` and `until` in `cleaned_data` are instants; `until` is the first that does not belong to the period."""

    first = forms.DateField(
        label="First day", widget=DayInput, error_messages={"required": "Say on which day it begins."}
    )
    last = forms.DateField(label="Last day", widget=DayInput, error_messages={"required": "Say which day is the last."})

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        first, last = asked.get("first"), asked.get("last")
        if first and last:
            if not all(day.year in YEARS for day in (first, last)):
                self.add_error("first", "That is further away than any record. Is the year right?")
            elif last < first:
                self.add_error("last", "The last day lies before the first.")
            else:
                asked |= {"since": _midnight(first), "until": _midnight(last + timedelta(days=1))}
        return asked


class ProofForm(PeriodForm):
    account = forms.CharField(
        label="Account",
        required=False,
        max_length=160,
        help_text="The whole name. Leave account and plan empty for everybody.",
    )
    plan = forms.ChoiceField(label="Plan", required=False)
    field_order = ("account", "plan", "first", "last")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"] = forms.ChoiceField(
            label="Plan", required=False, choices=[("", "Any"), *names.choices("plans")]
        )
        self.order_fields(self.field_order)

    def clean_account(self) -> Account | None:
        name = self.cleaned_data["account"].strip()
        if not name:
            return None
        found = list(Account.objects.filter(name__iexact=name)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError("Several accounts have this name. Give one of them another name first.")
        near = nearest(name, Account.objects.values_list("name", flat=True))
        raise forms.ValidationError("No account has this name." + (f" Did you mean “{near}”?" if near else ""))

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if asked.get("account") and asked.get("plan"):
            self.add_error("plan", "Choose an account or a plan, not both.")
        return asked


def last_month(today: date) -> dict[str, date]:
    """What is asked for most: the month that is over."""
    end = today.replace(day=1) - timedelta(days=1)
    return {"first": end.replace(day=1), "last": end}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
