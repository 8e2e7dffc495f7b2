"""Names and sentences of priorities and plans, and the figures of targets: one field for each value of the file."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse

from upheld.drafting.checking import check
from upheld.drafting.editing.source import NotEditable, Source
from upheld.drafting.editing.values import Value, set_values, values_under
from upheld.drafting.models import Draft
from upheld.web.drafts.broken import must_load
from upheld.web.drafts.reading import draft_of, files_at, page
from upheld.web.drafts.saving import Errors, Files, keep
from upheld.web.viewer import AgentRequest, for_agents, for_leads


@dataclass(frozen=True, slots=True)
class Section:
    file: str
    title: str
    about: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    label: str
    text: str
    error: str
    is_long: bool


SECTIONS = {
    "priorities": Section("policy.yaml", "Priorities", "What they are called, and how they are told apart.", ("name", "about")),
    "plans": Section("policy.yaml", "Plans", "What customers read of each.", ("name", "about", "level")),
    "targets": Section("targets.yaml", "Targets", "The figures that the company aims at.", ("name", "at_least", "at_most")),
}  # fmt: skip
WORDS = {"name": "Name", "about": "About", "level": "How much support", "at_least": "At least", "at_most": "At most"}


@for_agents
def ask(request: AgentRequest, pk: int, section: str) -> HttpResponse:
    draft, held = draft_of(request, pk), _section(section)
    return must_load(request, draft, held.file) or _show(request, draft, section, draft.files, draft.revision)


@for_leads
def save(request: AgentRequest, pk: int, section: str) -> HttpResponse:
    draft, held = draft_of(request, pk), _section(section)
    began, revision = files_at(draft, request.POST.get("revision", ""))
    values = [value for _, group in _values(began, section) for value in group]
    typed = {value.field: request.POST.get(value.field, value.text)[:1000] for value in values}

    def edit(files: Files) -> Files:
        source = Source(held.file, files[held.file])
        set_values(source, values, typed)
        return files | {held.file: source.text()}

    fields = {value.key: value.field for value in values}
    answer = keep(request, draft, edit, what=held.title, fields=fields, then=("drafts:change",))
    if isinstance(answer, Errors):
        return _show(request, draft, section, began, revision, errors=answer, typed=typed)
    return answer


def _section(name: str) -> Section:
    if name not in SECTIONS:
        raise Http404
    return SECTIONS[name]


def _values(files: Files, section: str) -> list[tuple[str, list[Value]]]:
    held = SECTIONS[section]
    try:
        source = Source(held.file, files.get(held.file, ""))
    except NotEditable:
        raise Http404 from None
    return [(name, values_under(source, section, name, held.keys)) for name in source.keys([section])]


def _show(
    request: AgentRequest,
    draft: Draft,
    section: str,
    files: Files,
    revision: int,
    *,
    errors: Errors | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    policy, wrong = check(files).policy, (errors or Errors()).by_field
    entries = getattr(policy, section, {}) if policy else {}
    groups = [
        (
            name,
            entries[name].label if name in entries else name,
            [_box(value, (typed or {}).get(value.field, value.text), wrong.get(value.field, "")) for value in values],
        )
        for name, values in _values(files, section)
    ]
    context = {
        "section": SECTIONS[section],
        "section_name": section,
        "groups": groups,
        "errors": errors,
        "revision": revision,
    }
    return page(request, draft, "drafts/figures.html", context, status=422 if errors else 200)


def _box(value: Value, text: str, error: str) -> Box:
    """`Name`, or `At least, Enterprise` for a figure of one plan, `Name, de` for one language."""
    steps = [str(step) for step in value.path[2:]] or ["name"]
    label = ", ".join([WORDS.get(steps[0], steps[0]), *steps[1:]])
    return Box(value.field, label, text, error, steps[0] == "about")
