"""What is mine: settings and presence."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from upheld.people.models import Agent, Person
from upheld.people.preferences import save_preferences, save_signature, save_way_of_writing, set_presence
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest, for_agents


class SettingsForm(forms.ModelForm[Person]):
    signature = forms.CharField(
        label="Signature",
        required=False,
        max_length=2000,
        help_text="Stands below every reply that you send.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    undo_seconds = forms.TypedChoiceField(
        label="Undo within",
        coerce=int,
        required=False,
        empty_value=None,
        choices=Agent._meta.get_field("undo_seconds").choices or (),
        help_text="A reply waits this long before it leaves, so that you can take it back.",
    )
    quotes = forms.BooleanField(
        label="Quote the customer’s message below my replies",
        required=False,
        help_text="You can choose it for each reply.",
    )

    class Meta:
        model = Person
        fields = ("name", "zone", "language", "theme", "density")
        labels = {"name": "Your name", "zone": "Time zone", "theme": "Colours", "density": "Rows of the queue"}
        help_texts = {"name": "As customers and colleagues read it.", "zone": "All times are shown in it."}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["zone"] = forms.ChoiceField(
            label="Time zone",
            help_text="All times are shown in it.",
            choices=[(name, name.replace("_", " ")) for name in zones()],
        )
        self.fields["language"] = forms.ChoiceField(
            label="Language",
            choices=settings.LANGUAGES,
            help_text="Of mails to you. The workspace is in English so far.",
        )
        self.fields["name"].required = True


def zones() -> list[str]:
    """Every zone with a place in its name, and UTC."""
    return sorted(
        name
        for name in available_timezones()
        if name == "UTC" or ("/" in name and not name.startswith(("Etc/", "posix/", "right/")))
    )


@for_agents
def ask_settings(request: AgentRequest) -> HttpResponse:
    agent = request.agent
    written = {"signature": agent.signature, "undo_seconds": agent.undo_seconds, "quotes": agent.quotes}
    form = SettingsForm(instance=request.person, initial=written)
    return show(request, "desk/settings.html", {"form": form}, here="settings")


@for_agents
def save_settings(request: AgentRequest) -> HttpResponse:
    form = SettingsForm(request.POST, instance=Person.objects.get(pk=request.person.pk))
    if not form.is_valid():
        return show(request, "desk/settings.html", {"form": form}, here="settings", status=422)
    asked = form.cleaned_data
    save_signature(request.agent, signature=asked.pop("signature"))
    save_way_of_writing(request.agent, undo_seconds=asked.pop("undo_seconds") or 0, quotes=asked.pop("quotes"))
    save_preferences(request.person, **asked)
    messages.success(request, "Saved.")
    return redirect("desk:settings")


@require_POST
@for_agents
def presence(request: AgentRequest) -> HttpResponse:
    wanted = request.POST.get("presence", "")
    if wanted in Agent.Presence.values:
        set_presence(request.agent, wanted, at=timezone.now())
    back = request.headers.get("Referer", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else "desk:start")
