"""What a visitor types to hear of changes."""

from __future__ import annotations

from typing import Any

from django import forms


class SubscriptionForm(forms.Form):
    address = forms.EmailField(
        label="Your mail address",
        max_length=254,
        help_text="We write once to confirm it, then only when a document changes.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    language = forms.ChoiceField(label="Language of the mails")

    def __init__(self, *given: Any, languages: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["language"]
        field.choices = languages
