"""What is asked before a policy is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from upheld.accounts.models import Account
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import version_in_force
from upheld.drafting.models import Draft
from upheld.policy import Policy
from upheld.web.desk.forms import KindForm

VERSIONS_SHOWN = 30
DAYS = (("30", "The last 30 days"), ("90", "The last 90 days"), ("180", "The last 180 days"), ("365", "The last year"))
EVERYTHING = (("0", "Everything that is recorded"),)


@dataclass(frozen=True, slots=True)
class Tried:
    """A policy that can be tried: its files, and the stored version if it is one."""

    title: str
    sources: Mapping[str, str]
    version: PolicyVersion | None = None


def tried(choice: str) -> Tried | None:
    """What a choice such as `version:3` or `draft:7` means."""
    kind, _, number = choice.partition(":")
    if not number.isdecimal():
        return None
    if kind == "version":
        version = PolicyVersion.objects.filter(pk=number).first()
        return None if version is None else Tried(str(version), version.sources, version)
    draft = Draft.objects.filter(pk=number).first()
    return None if draft is None else Tried(f"Draft: {draft.title}", draft.files)


def choices() -> list[tuple[str, Any]]:
    """Drafts that are open, and published versions, the newest first."""
    in_force = version_in_force().pk
    versions = PolicyVersion.objects.defer("sources")[:VERSIONS_SHOWN]
    published = [(f"version:{one.pk}", f"{one}, in force" if one.pk == in_force else str(one)) for one in versions]
    drafts = Draft.objects.exclude(state__in=Draft.SETTLED).defer("files", "handed_in").order_by("-changed_at")
    open_drafts = [(f"draft:{one.pk}", one.title) for one in drafts]
    return [("Drafts", open_drafts), ("Published", published)] if open_drafts else published


class TrialForm(KindForm):
    """Which policy. What was chosen is in `cleaned_data["policy"]` as `Tried`."""

    policy = forms.ChoiceField(label="Which policy?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].choices = choices()  # type: ignore[attr-defined]

    def clean_policy(self) -> Tried:
        found = tried(self.cleaned_data["policy"])
        if found is None:
            raise forms.ValidationError("That draft or version is gone. Please choose another.")
        return found


class HistoryForm(TrialForm):
    days = forms.ChoiceField(label="Over which time?", choices=DAYS + EVERYTHING, initial="90")
    plan = forms.ChoiceField(label="Only one plan", required=False)
    account = forms.CharField(
        label="Only one account",
        required=False,
        max_length=200,
        help_text="Its name, as it stands on the account’s page.",
    )

    def __init__(self, *args: Any, held: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plans = [(name, str(plan.label)) for name, plan in held.plans.items()]
        self.fields["plan"].choices = [("", "Every plan"), *plans]  # type: ignore[attr-defined]

    def clean_account(self) -> str:
        """The key of the account, or nothing."""
        name = self.cleaned_data["account"].strip()
        if not name:
            return ""
        found = Account.objects.filter(name__iexact=name).first()
        if found is None:
            raise forms.ValidationError("There is no account of that name.")
        return f"account:{found.pk}"


class ForecastForm(TrialForm):
    days = forms.ChoiceField(label="Tickets as in which time?", choices=DAYS, initial="90")
    handling = forms.FloatField(
        label="How many minutes does one reply take?", required=False, min_value=0.1, max_value=600,
        help_text="Leave it empty to take it from the record, which can only say: at most so long.",
    )  # fmt: skip
    target = forms.FloatField(
        label="How often should each promise be kept?", min_value=1, max_value=99.9, initial=90, help_text="In percent."
    )

    def __init__(self, *args: Any, held: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        default = held.defaults.get("calendar", "")
        for name in held.calendars:
            self.fields[f"agents_{name}"] = forms.IntegerField(
                label=f"People during the hours “{name}”",
                required=False,
                min_value=0,
                max_value=2000,
                initial=3 if name == default else None,
            )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not any(self.agents().values()):
            self.add_error(None, "Somebody has to be there: say for at least one of the hours how many people.")
        return found

    def agents(self) -> dict[str, int]:
        """How many keep which hours."""
        asked = (
            (name.removeprefix("agents_"), value)
            for name, value in self.cleaned_data.items()
            if name.startswith("agents_")
        )
        return {name: count for name, count in asked if count}
