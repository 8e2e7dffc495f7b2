"""The times of a clause, as a table of fields."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from django.http import Http404, HttpResponse

from upheld.drafting.checking import check
from upheld.drafting.editing.cells import FILE, Grid, grid_of, path_of, set_cells
from upheld.drafting.editing.source import NotEditable, Source
from upheld.drafting.models import Draft
from upheld.policy import Policy
from upheld.policy.sentences import clause_sentences
from upheld.web.drafts.broken import must_load
from upheld.web.drafts.reading import draft_of, files_at, page
from upheld.web.drafts.saving import Errors, Files, keep
from upheld.web.viewer import AgentRequest, for_agents, for_leads

SECTIONS = {"plan": "plans", "priority": "priorities", "category": "categories", "department": "departments"}


@dataclass(frozen=True, slots=True)
class Box:
    """One field of the table."""

    name: str
    label: str
    text: str
    error: str


@dataclass(frozen=True, slots=True)
class Table:
    """Columns are those of the last attribute; the other attributes make the rows."""

    columns: list[str]
    rows: list[tuple[str, list[Box]]]


@for_agents
def ask(request: AgentRequest, pk: int, name: str) -> HttpResponse:
    draft = draft_of(request, pk)
    return must_load(request, draft, FILE) or _show(request, draft, name, draft.files, draft.revision)


@for_leads
def save(request: AgentRequest, pk: int, name: str) -> HttpResponse:
    draft = draft_of(request, pk)
    began, revision = files_at(draft, request.POST.get("revision", ""))
    grid, source = _grid(began, name)
    typed = {key: request.POST.get(cell.field, cell.text)[:40] for key, cell in grid.cells.items()}
    fields = {path_of(source, name, key): cell.field for key, cell in grid.cells.items()}

    def edit(files: Files) -> Files:
        changed = Source(FILE, files[FILE])
        set_cells(changed, grid, typed)
        return files | {FILE: changed.text()}

    answer = keep(request, draft, edit, what=f"Times of {name}", fields=fields, then=("drafts:change",))
    if isinstance(answer, Errors):
        return _show(request, draft, name, began, revision, errors=answer, typed=typed)
    return answer


def _grid(files: Files, name: str) -> tuple[Grid, Source]:
    policy = check(files).policy
    clause = policy.clauses.get(name) if policy else None
    if policy is None or clause is None:
        raise Http404
    try:
        source = Source(FILE, files[FILE])
    except NotEditable:
        raise Http404 from None
    grid = grid_of(policy, clause, source)
    if grid is None:
        raise Http404
    return grid, source


def _show(
    request: AgentRequest,
    draft: Draft,
    name: str,
    files: Files,
    revision: int,
    *,
    errors: Errors | None = None,
    typed: dict[tuple[str, ...], str] | None = None,
) -> HttpResponse:
    grid, _ = _grid(files, name)
    policy = check(files).policy
    assert policy is not None
    clause = policy.clauses[name]
    context = {
        "clause": clause,
        "sentences": clause_sentences(policy, clause),
        "table": _table(policy, grid, errors or Errors(), typed or {}),
        "errors": errors,
        "revision": revision,
    }
    return page(request, draft, "drafts/clause.html", context, status=422 if errors else 200)


def _table(policy: Policy, grid: Grid, errors: Errors, typed: dict[tuple[str, ...], str]) -> Table:
    columns = grid.axes[-1] if grid.axes else ("",)
    rows = []
    for above in product(*grid.axes[:-1]):
        boxes = []
        for last in columns:
            key = (*above, last) if grid.axes else ()
            cell = grid.cells[key]
            words = ", ".join(_named(policy, by, value) for by, value in zip(grid.by, key, strict=True))
            boxes.append(
                Box(cell.field, words or "Everybody", typed.get(key, cell.text), errors.by_field.get(cell.field, ""))
            )
        names = [_named(policy, by, value) for by, value in zip(grid.by, above, strict=False)]
        rows.append((", ".join(names), boxes))
    return Table([_named(policy, grid.by[-1], one) if grid.by else "Everybody" for one in columns], rows)


def _named(policy: Policy, attribute: str, name: str) -> str:
    entry = getattr(policy, SECTIONS.get(attribute, ""), {}).get(name)
    label = str(entry.label) if entry else name.replace("-", " ")
    return f"{name} {label}" if attribute == "priority" else label
