"""What agents fill in. A form checks its shape; whether an act applies, the action decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from upheld.people.models import Agent, Team
from upheld.policy.model import Field, Policy
from upheld.tickets.models import Ticket
from upheld.web.desk.later import WORDS, exists, moment_of
from upheld.web.uploads import check_uploads


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, up to a size and free of viruses; its value is a list."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        cleaned = [super(FilesField, self).clean(one, initial) for one in files]
        check_uploads(cleaned)
        return cleaned


class AddressesField(forms.CharField):
    """Mail addresses between commas; its value is a list."""

    def clean(self, value: Any) -> Any:
        addresses = [part.strip() for part in super().clean(value).replace(";", ",").split(",") if part.strip()]
        for address in addresses:
            try:
                validate_email(address)
            except forms.ValidationError:
                raise forms.ValidationError(
                    f"“{address}” is not a mail address. Write name@example.com, and commas between several."
                ) from None
        return addresses


class MomentField(forms.DateTimeField):
    """A day and a time on the clock of whoever writes. Of an hour that comes twice the first is meant."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            naive = parse_datetime(str(value or ""))
        except ValueError:
            naive = None
        if naive is None or naive.tzinfo is not None:
            return super().to_python(value)
        local = naive.replace(tzinfo=timezone.get_current_timezone())
        if not exists(local):
            raise forms.ValidationError(
                "On that day the clocks go forward and leave this hour out. Choose another.", code="invalid"
            )
        return local


class AnyOf(forms.MultipleChoiceField):
    """Values of several boxes of one name; whether they exist is asked by whoever uses them."""

    def valid_value(self, value: Any) -> bool:
        return len(str(value)) <= 320


class KindForm(forms.Form):
    """Says what is missing in kind words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _kindly(field)


def _kindly(field: forms.Field) -> forms.Field:
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = "Please fill this in."
    return field


class ReplyForm(forms.Form):
    THEN = (
        ("", "Send"),
        (Ticket.Status.WAITING.value, "Send and wait for customer"),
        (Ticket.Status.RESOLVED.value, "Send and resolve"),
    )
    text = forms.CharField(
        label="Your reply",
        widget=forms.Textarea,
        max_length=200_000,
        error_messages={"required": "Write something before you send it."},
    )
    cc = AddressesField(label="Copy to", required=False, max_length=2000)
    bcc = AddressesField(label="Hidden copy to", required=False, max_length=2000)
    suggested = AnyOf(label="Also copy", required=False)
    then = forms.ChoiceField(choices=THEN, required=False)
    attachments = FilesField(label="Files", required=False)
    kept = AnyOf(label="Files that were taken back", required=False)
    put_back = forms.IntegerField(required=False, widget=forms.HiddenInput)
    quotes = forms.BooleanField(label="Quote their message", required=False)
    later = forms.ChoiceField(choices=[(word, word) for word in ("", *WORDS, "at")], required=False)
    send_at = MomentField(label="Send it on", required=False)
    mark = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    offered = AnyOf(required=False)
    copied = AnyOf(label="Copy to", required=False)

    def __init__(self, *args: Any, theirs: tzinfo | None = None, **kwargs: Any) -> None:
        """`theirs` is the zone of whoever gets the reply."""
        super().__init__(*args, **kwargs)
        self.theirs = theirs

    def clean_suggested(self) -> list[str]:
        for address in self.cleaned_data["suggested"]:
            validate_email(address)
        return list(self.cleaned_data["suggested"])

    def clean(self) -> dict[str, Any]:
        """`leaves_at` is when it leaves, None for at once."""
        asked = super().clean() or {}
        now, later = timezone.localtime(), asked.get("later", "")
        asked["leaves_at"] = asked.get("send_at") if later == "at" else moment_of(later, now, self.theirs)
        asked["without"] = [one for one in asked.get("offered", ()) if one not in asked.get("copied", ())]
        if later == "at" and "send_at" not in self.errors:
            if asked["leaves_at"] is None:
                self.add_error("send_at", "Say on which day and at what time it is to leave.")
            elif asked["leaves_at"] <= now:
                self.add_error("send_at", "That time has passed. Choose a later one, or send it at once.")
        return asked


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Internal note",
        widget=forms.Textarea,
        max_length=200_000,
        error_messages={"required": "Write something before you save it."},
    )
    attachments = FilesField(label="Files", required=False)


class AssigneeForm(forms.Form):
    """`assignee` is an agent's number, or empty for nobody."""

    assignee = forms.ModelChoiceField(
        Agent.objects.working(), required=False, error_messages={"invalid_choice": "Nobody of that name works here."}
    )


class TeamForm(forms.Form):
    team = forms.ModelChoiceField(
        Team.objects.all(), required=False, error_messages={"invalid_choice": "There is no such team."}
    )


class OtherTicketForm(KindForm):
    """Another ticket by its number, of those that the person may see."""

    other = forms.CharField(label="The other ticket", help_text="Its number, such as #1042.", max_length=20)

    def __init__(self, *args: Any, tickets: QuerySet[Ticket], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tickets = tickets

    def clean_other(self) -> Ticket:
        text = self.cleaned_data["other"].strip().removeprefix("#")
        ticket = self.tickets.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
        if ticket is None:
            raise forms.ValidationError("There is no ticket of that number.")
        return ticket


class LinkForm(OtherTicketForm):
    kind = forms.ChoiceField(
        label="How they belong together",
        choices=[("related", "They speak of the same thing"), ("recurring", "The problem came back")],
        initial="related",
    )


class EscalationForm(KindForm):
    step = forms.ChoiceField(label="Raise it to")
    reason = forms.CharField(
        label="Why",
        help_text="Whoever stands there reads it first.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=400,
    )

    def __init__(self, *args: Any, steps: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = list(steps)  # type: ignore[attr-defined]


class MilestoneForm(KindForm):
    milestone = forms.ChoiceField(label="What was done")
    note = forms.CharField(
        label="In a few words",
        help_text="Kept as an internal note.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
    )

    def __init__(self, *args: Any, milestones: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["milestone"].choices = list(milestones)  # type: ignore[attr-defined]


class ReasonForm(KindForm):
    reason = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 3}), max_length=400)


class ResolutionForm(forms.Form):
    """The record that the policy's `closing` asks for; a policy that asks for nothing still gets a note."""

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in policy.closing.values():
            self.fields[one.name] = _kindly(question(one))
        if not policy.closing:
            self.fields["resolution"] = forms.CharField(
                label="What solved it", required=False, widget=forms.Textarea(attrs={"rows": 4})
            )


def question(one: Field) -> forms.Field:
    """A question of the policy as a form field."""
    shape: dict[str, Any] = {"label": str(one.label), "help_text": str(one.about), "required": one.required}
    match one.kind:
        case "long":
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=20_000, **shape)
        case "number":
            return forms.DecimalField(**shape)
        case "choice":
            empty = [] if one.required else [("", "Not said")]
            return forms.ChoiceField(choices=[*empty, *((name, name.capitalize()) for name in one.choices)], **shape)
        case "datetime":
            return forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), **shape)
        case "yes-no":
            return forms.BooleanField(**(shape | {"required": False}))
    return forms.CharField(max_length=400, **shape)
