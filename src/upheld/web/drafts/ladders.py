"""The rungs of a ladder: each a small form, and one more for the next."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import Http404, HttpResponse

from upheld.drafting.checking import check
from upheld.drafting.editing.rungs import (
    FILE,
    STANDS,
    RungText,
    add_rung,
    change_rung,
    in_other_languages,
    remove_rung,
    rung_texts,
)
from upheld.drafting.editing.source import NotEditable, Path, Source
from upheld.drafting.models import Draft
from upheld.web.desk.forms import KindForm
from upheld.web.drafts.broken import must_load
from upheld.web.drafts.reading import draft_of, files_at, page
from upheld.web.drafts.saving import Errors, Files, keep
from upheld.web.viewer import AgentRequest, for_agents, for_leads

KEYS = {"name": "name", "about": "about", "level": "level", "stands": "who", "contact": "contact"}
WORDS = {"level": "The agents of a level", "role": "A role", "team": "A team", "department": "A department",
         "mail": "Somebody by mail"}  # fmt: skip


class RungForm(KindForm):
    name = forms.CharField(label="Name", max_length=80)
    about = forms.CharField(label="About", required=False, max_length=300)
    level = forms.CharField(label="Support level", required=False, max_length=1, help_text="1 to 9")
    stands = forms.ChoiceField(
        label="Who stands here?",
        required=False,
        choices=[("", "The agents of its level"), *((one, WORDS[one]) for one in STANDS)],
    )
    who = forms.CharField(
        label="Which",
        required=False,
        max_length=120,
        help_text="The number of a level; agent, lead, manager, director, executive or administrator; "
        "the name of a team or department; or an address.",
    )
    contact = forms.CharField(label="Whom to call", required=False, max_length=200)

    def rung(self) -> RungText:
        return RungText(**{name: " ".join(str(value).split()) for name, value in self.cleaned_data.items()})


@for_agents
def ask(request: AgentRequest, pk: int, name: str) -> HttpResponse:
    draft = draft_of(request, pk)
    return must_load(request, draft, FILE) or _show(request, draft, name)


@for_leads
def save(request: AgentRequest, pk: int, name: str) -> HttpResponse:
    """One rung more, at the top."""
    draft, form = draft_of(request, pk), RungForm(request.POST, auto_id="new_%s")
    began, _ = files_at(draft, request.POST.get("revision", ""))
    number = _count(began, name)
    if form.is_valid():

        def edit(source: Source) -> None:
            add_rung(source, name, form.rung())

        def translate(source: Source, rungs: Path) -> None:
            source.append(rungs, {})  # said in the policy's first language until somebody translates it

        answer = _keep(request, draft, name, number, edit, f"One more rung of {name}", translate)
        if not isinstance(answer, Errors):
            return answer
        _place(form, answer)
    return _show(request, draft, name, new=form, status=422)


@for_leads
def save_rung(request: AgentRequest, pk: int, name: str, number: int) -> HttpResponse:
    draft, form = draft_of(request, pk), RungForm(request.POST, auto_id=f"rung_{number}_%s")
    _must_be_there(request, draft, name, number)
    if form.is_valid():

        def edit(source: Source) -> None:
            change_rung(source, name, number, form.rung())

        answer = _keep(request, draft, name, number, edit, f"Rung {number + 1} of {name}")
        if not isinstance(answer, Errors):
            return answer
        _place(form, answer)
    return _show(request, draft, name, changed=(number, form), status=422)


@for_leads
def remove(request: AgentRequest, pk: int, name: str, number: int) -> HttpResponse:
    draft = draft_of(request, pk)
    _must_be_there(request, draft, name, number)

    def edit(source: Source) -> None:
        remove_rung(source, name, number)

    def translate(source: Source, rungs: Path) -> None:
        source.remove([*rungs, number])

    answer = _keep(request, draft, name, number, edit, f"One rung less of {name}", translate)
    return _show(request, draft, name, errors=answer, status=422) if isinstance(answer, Errors) else answer


def _must_be_there(request: AgentRequest, draft: Draft, name: str, number: int) -> None:
    began, _ = files_at(draft, request.POST.get("revision", ""))
    if number >= _count(began, name):
        raise Http404


def _count(files: Files, name: str) -> int:
    """How many rungs there are. 404 where the file cannot be read: then there is no form that could have been sent."""
    try:
        return Source(FILE, files.get(FILE, "")).items(["ladders", name, "rungs"])
    except NotEditable:
        raise Http404 from None


def _keep(
    request: AgentRequest,
    draft: Draft,
    name: str,
    number: int,
    edit: Callable[[Source], None],
    what: str,
    translate: Callable[[Source, Path], None] | None = None,
) -> HttpResponse | Errors:
    def in_files(files: Files) -> Files:
        source = Source(FILE, files.get(FILE, ""))
        edit(source)
        changed = files | {FILE: source.text()}
        return in_other_languages(changed, name, translate) if translate else changed

    here = f"ladders.{name}.rungs.{number}"
    fields = {here: "name"} | {f"{here}.{key}": field for key, field in KEYS.items()}
    return keep(request, draft, in_files, what=what, fields=fields, then=("drafts:ladder", name))


def _place(form: RungForm, errors: Errors) -> None:
    for field, text in errors.by_field.items():
        form.add_error(field, text)
    for text in errors.others:
        form.add_error(None, text)


def _show(
    request: AgentRequest,
    draft: Draft,
    name: str,
    *,
    new: RungForm | None = None,
    changed: tuple[int, RungForm] | None = None,
    errors: Errors | None = None,
    status: int = 200,
) -> HttpResponse:
    policy = check(draft.files).policy
    ladder = policy.ladders.get(name) if policy else None
    if ladder is None:
        raise Http404
    rungs = []
    for number, text in enumerate(rung_texts(Source(FILE, draft.files[FILE]), name)):
        form = RungForm(initial={key: getattr(text, key) for key in RungForm.base_fields}, auto_id=f"rung_{number}_%s")
        is_open = changed is not None and changed[0] == number
        rungs.append((number, ladder.rungs[number], changed[1] if changed and is_open else form, is_open))
    context = {
        "ladder": ladder,
        "rungs": rungs,
        "new": new or RungForm(auto_id="new_%s"),
        "new_is_open": new is not None,
        "errors": errors,
        "revision": draft.revision,
    }
    return page(request, draft, "drafts/ladder.html", context, status=status)
