"""A calendar's week, day by day, and its single days."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse

from upheld.drafting.checking import check
from upheld.drafting.editing.source import NotEditable, Source
from upheld.drafting.editing.week import FILE, date_texts, set_dates, set_week, week_texts
from upheld.drafting.models import Draft
from upheld.hours.week import DAY_NAMES, DAYS
from upheld.policy.sentences import calendar_sentences
from upheld.web.drafts.broken import must_load
from upheld.web.drafts.reading import draft_of, files_at, page
from upheld.web.drafts.saving import Errors, Files, keep
from upheld.web.viewer import AgentRequest, for_agents, for_leads

SPARE = 3  # empty lines for new single days


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    label: str
    hours: str
    error: str


@for_agents
def ask(request: AgentRequest, pk: int, name: str) -> HttpResponse:
    draft = draft_of(request, pk)
    return must_load(request, draft, FILE) or _show(request, draft, name, draft.files, draft.revision)


@for_leads
def save(request: AgentRequest, pk: int, name: str) -> HttpResponse:
    draft = draft_of(request, pk)
    began, revision = files_at(draft, request.POST.get("revision", ""))
    _source(began, name)
    week = {day: request.POST[day][:200] for day in DAYS if day in request.POST}
    dates = list(zip(request.POST.getlist("date"), request.POST.getlist("hours"), strict=False))[:366]

    def edit(files: Files) -> Files:
        source = Source(FILE, files[FILE])
        if week:
            set_week(source, name, week)
        if dates:
            set_dates(source, name, dates)
        return files | {FILE: source.text()}

    answer = keep(request, draft, edit, what=f"Hours of {name}", fields=_fields(name, dates), then=("drafts:change",))
    if isinstance(answer, Errors):
        return _show(request, draft, name, began, revision, errors=answer, week=week, dates=dates)
    return answer


def _fields(name: str, dates: list[tuple[str, str]]) -> dict[str, str]:
    """A problem names the key of the file, `mon-thu` or `mon,wed`; it is shown at the first day of it."""
    here = f"calendars.{name}"
    fields = {f"{here}.dates.{day.strip()}": f"date:{day.strip()}" for day, _ in dates if day.strip()}
    for first, one in enumerate(DAYS):
        fields[f"{here}.weekly.{one}"] = one
        for last in DAYS[first + 1 :]:
            fields |= {f"{here}.weekly.{one}{sign}{last}": one for sign in "-,"}
    return fields


def _source(files: Files, name: str) -> Source:
    try:
        source = Source(FILE, files.get(FILE, ""))
    except NotEditable:
        raise Http404 from None
    if source.find(["calendars", name, "weekly"]) is None:
        raise Http404
    return source


def _show(
    request: AgentRequest,
    draft: Draft,
    name: str,
    files: Files,
    revision: int,
    *,
    errors: Errors | None = None,
    week: dict[str, str] | None = None,
    dates: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    source, wrong = _source(files, name), (errors or Errors()).by_field
    hours = week_texts(source, name) | (week or {})
    single = list(date_texts(source, name).items()) if dates is None else [one for one in dates if any(one)]
    policy = check(files).policy
    context = {
        "name": name,
        "zone": source.value(["calendars", name, "zone"]),
        "days": [Day(day, label, hours[day], wrong.get(day, "")) for day, label in zip(DAYS, DAY_NAMES, strict=True)],
        "dates": [(day, text, wrong.get(f"date:{day.strip()}", "")) for day, text in single],
        "spare": [("", "", "")] * SPARE,
        "sentences": calendar_sentences(policy, name) if policy else [],
        "errors": errors,
        "revision": revision,
    }
    return page(request, draft, "drafts/calendar.html", context, status=422 if errors else 200)
