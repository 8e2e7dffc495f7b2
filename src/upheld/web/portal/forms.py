"""What customers fill in. What was typed is kept when something is wrong; only files have to be chosen again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.template.defaultfilters import filesizeformat

from upheld.accounts.models import Contact
from upheld.people.models import Person
from upheld.policy.model import Field, Policy
from upheld.web.desk.forms import FilesField, question
from upheld.web.desk.mine import zones

MOST_FILES = 10
QUESTION = "about_"  # before the names of the policy's fields, so that none meets one of ours
FEW = 4  # choices up to here are shown at once


def _said_size() -> str:
    return filesizeformat(settings.UPHELD_UPLOAD_MAX_BYTES).replace(".0", "")


class LimitedFilesField(FilesField):
    """Files up to a number and a total size."""

    def __init__(self, **kwargs: Any) -> None:
        limit = _said_size()
        kwargs.setdefault("help_text", f"Up to {MOST_FILES} files, {limit} together.")
        super().__init__(required=False, max_length=255, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files: list[UploadedFile[Any]] = super().clean(data, initial)
        if len(files) > MOST_FILES:
            raise forms.ValidationError(
                f"These are {len(files)} files. Choose up to {MOST_FILES}, or pack them into one."
            )
        return files


class AskForm(forms.Form):
    """The policy's questions, a subject before them and files after them."""

    title = forms.CharField(
        label="Subject",
        help_text="In a few words, as you would write it above a letter.",
        max_length=200,
        error_messages={"required": "Give your request a subject."},
    )
    files = LimitedFilesField(label="Files")  # type: ignore[assignment]  # a field's name, not the form's own attribute
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=36)

    def __init__(self, *args: Any, policy: Policy, contact: Contact | None, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy
        self.initial.setdefault("once", str(uuid.uuid4()))
        files, once = self.fields.pop("files"), self.fields.pop("once")
        for one in policy.intake.values():
            self.fields[QUESTION + one.name] = self._question(one)
            self.initial.setdefault(QUESTION + one.name, _known(one, contact, person))
        self.text_name = self._text_name()
        for axis in self._axes_without_question():
            self.fields[QUESTION + axis] = forms.ChoiceField(
                label=axis.capitalize(), choices=self._values(axis), widget=forms.RadioSelect
            )
        if policy.product_areas:
            areas = [("", "I do not know")] + [(name, str(area.label)) for name, area in policy.product_areas.items()]
            self.fields["product_area"] = forms.ChoiceField(
                label="Which part is it about", choices=areas, required=False
            )
        self.fields["files"], self.fields["once"] = files, once

    # How the page shows it

    @property
    def essentials(self) -> Iterator[BoundField]:
        """Everything but the helpful additions."""
        helpful = {QUESTION + one.name for one in self.policy.intake.values() if one.helpful}
        return (field for field in self if field.name not in helpful and not field.is_hidden)

    @property
    def additions(self) -> list[BoundField]:
        return [self[QUESTION + one.name] for one in self.policy.intake.values() if one.helpful]

    @property
    def has_additions(self) -> bool:
        """Whether one of them was filled in, or has to be looked at again."""
        return any(field.errors or (self.is_bound and field.data) for field in self.additions)

    # What was answered

    @property
    def text(self) -> str:
        return str(self.cleaned_data[self.text_name]).strip()

    def answer(self, name: str) -> str:
        return str(self.cleaned_data.get(QUESTION + name) or "")

    def answers(self) -> dict[str, Any]:
        """By the policy's names, as plain values; not what was left empty, nor the description, which is the message."""
        found = {
            name: _plain(self.cleaned_data.get(QUESTION + name))
            for name in self.policy.intake
            if QUESTION + name != self.text_name
        }
        return {name: value for name, value in found.items() if value not in ("", None, False)}

    # Its making

    def _question(self, one: Field) -> forms.Field:
        field = question(one)
        if one.required:
            field.error_messages["required"] = "Choose one." if one.choices else "Please fill this in."
        if isinstance(field, forms.ChoiceField) and len(one.choices) <= FEW:
            chosen = [(name, name.capitalize()) for name in one.choices]
            field.widget = forms.RadioSelect(choices=chosen)
            field.widget.is_required = field.required
        return field

    def _text_name(self) -> str:
        """The question whose answer is the message: `description`, else the first long one, else one of ours."""
        long = [one.name for one in self.policy.intake.values() if one.kind == "long" and not one.helpful]
        named = "description" if "description" in long else next(iter(long), "")
        if named:
            return QUESTION + named
        self.fields["text"] = forms.CharField(
            label="What happens", widget=forms.Textarea(attrs={"rows": 6}), max_length=200_000
        )
        return "text"

    def _axes_without_question(self) -> list[str]:
        matrix = self.policy.impact_urgency
        return [] if matrix is None else [axis for axis in matrix.by if axis not in self.policy.intake]

    def _values(self, axis: str) -> list[tuple[str, str]]:
        matrix = self.policy.impact_urgency
        assert matrix is not None
        place = matrix.by.index(axis)
        return [(value, value.capitalize()) for value in dict.fromkeys(cell[place] for cell in matrix.table or {})]


class ReplyForm(forms.Form):
    text = forms.CharField(
        label="Your message",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=200_000,
        required=False,
    )
    files = LimitedFilesField(label="Files")  # type: ignore[assignment]  # a field's name, not the form's own attribute

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if not str(asked.get("text", "")).strip() and not asked.get("files") and "files" not in self.errors:
            self.add_error("text", "Write something, or attach a file.")
        return asked


class ReasonForm(forms.Form):
    """Why it should go to somebody higher up."""

    reason = forms.CharField(
        label="What should they know first?",
        help_text="Whoever takes it over reads this before anything else.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
        error_messages={"required": "Say in a sentence why it cannot wait."},
    )


class RatingForm(forms.Form):
    SCORES = (
        ("5", "Very satisfied"),
        ("4", "Satisfied"),
        ("3", "Neither"),
        ("2", "Dissatisfied"),
        ("1", "Very dissatisfied"),
    )
    score = forms.ChoiceField(
        label="How satisfied are you with our help?",
        choices=SCORES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the five."},
    )
    words = forms.CharField(
        label="What should we keep, what should we do better?",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
    )


class ProfileForm(forms.Form):
    name = forms.CharField(
        label="Your name", max_length=120, error_messages={"required": "Tell us how to address you."}
    )
    zone = forms.ChoiceField(label="Time zone", help_text="Every time on these pages and in our mails is said in it.")
    language = forms.ChoiceField(
        label="Language", help_text="In which you would like to be answered.", choices=settings.LANGUAGES
    )
    theme = forms.ChoiceField(
        label="Colours",
        choices=[("auto", "As my system"), ("light", "Light"), ("dark", "Dark")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = zones() if person.zone in zones() else [person.zone, *zones()]
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in names]  # type: ignore[attr-defined]
        for name in ("name", "zone", "language", "theme"):
            self.initial.setdefault(name, getattr(person, name))


def _known(one: Field, contact: Contact | None, person: Person) -> str:
    """What we can fill in ourselves: the account, the name and the telephone number."""
    account = contact.account if contact is not None else None
    phone = contact.phone if contact is not None else ""
    if one.name == "account" and account is not None:
        return f"{account.name} ({account.pk})"
    if one.name == "contact":
        return ", ".join(filter(None, [person.name, phone]))
    return phone if one.kind == "phone" else ""


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return value
