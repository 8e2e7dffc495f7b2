"""The files of a draft, to be edited as text: with the same errors as the command line, each at its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count, groupby, takewhile

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from upheld.commitments.models import PolicyVersion
from upheld.drafting.actions.errors import DraftRefused
from upheld.drafting.actions.writing import settle as settle_draft
from upheld.drafting.checking import check
from upheld.drafting.merging import choose, has_marks
from upheld.drafting.models import Draft
from upheld.policy.files import FILES, REQUIRED
from upheld.web.desk.forms import KindForm
from upheld.web.drafts.reading import draft_of, files_at, newest, page
from upheld.web.drafts.saving import save as save_files
from upheld.web.viewer import AgentRequest, for_agents, for_leads

LONGEST = 1024 * 1024
WORDS = re.compile(r"words/[a-z]{2,3}(-[A-Za-z0-9]{2,8})*/([a-z0-9-]{1,60}\.md|names\.yaml)")


class NewFileForm(KindForm):
    name = forms.CharField(
        label="Name of the file",
        max_length=120,
        help_text="One of a policy’s files, or words such as words/en/support-policy.md.",
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if name not in FILES and not WORDS.fullmatch(name):
            raise forms.ValidationError(f"A policy has {', '.join(FILES)}, and words/<language>/<document>.md.")
        return name


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    shown: str
    wrong: int


@dataclass(frozen=True, slots=True)
class Group:
    """Files that stand together: those of the policy, then the words of each language."""

    title: str
    files: list[Listed]
    is_open: bool

    @property
    def wrong(self) -> int:
        return sum(file.wrong for file in self.files)


@for_agents
def files(request: AgentRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    return _show(request, draft, next((name for name in FILES if name in draft.files), next(iter(draft.files), "")))


@for_leads
def add(request: AgentRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    form = NewFileForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        if name in draft.files:
            return redirect("drafts:file", pk, name)
        changed = draft.files | {name: "# Title\n" if name.endswith(".md") else ""}
        what = f"Added {name}"
        return save_files(request, draft, changed, revision=draft.revision, what=what, then=("drafts:file", name))
    return _show(request, draft, next(iter(draft.files), ""), form=form, status=422)


@for_agents
def file(request: AgentRequest, pk: int, name: str) -> HttpResponse:
    draft = draft_of(request, pk)
    if name not in draft.files:
        raise Http404
    return _show(request, draft, name)


@for_leads
def save(request: AgentRequest, pk: int, name: str) -> HttpResponse:
    """Also with errors: they are listed then, and keep the draft from being published."""
    draft = draft_of(request, pk)
    began, revision = files_at(draft, request.POST.get("revision", ""))
    if name not in began:
        raise Http404
    text = typed(request.POST.get("text", ""), began[name])
    if len(text.encode()) > LONGEST:
        messages.error(request, "The file is larger than 1 MiB. It was not saved.")
        return redirect("drafts:file", pk, name)
    what = f"Edited {name}"
    return save_files(request, draft, began | {name: text}, revision=revision, what=what, then=("drafts:file", name))


@for_leads
def remove(request: AgentRequest, pk: int, name: str) -> HttpResponse:
    draft = draft_of(request, pk)
    if name not in draft.files or name in REQUIRED:
        raise Http404
    rest = {one: text for one, text in draft.files.items() if one != name}
    return save_files(request, draft, rest, revision=draft.revision, what=f"Removed {name}", then=("drafts:files",))


@for_leads
def settle(request: AgentRequest, pk: int) -> HttpResponse:
    """What somebody made of a conflict. `file:NAME` are the texts, `gone` the files that are no more."""
    draft = draft_of(request, pk)
    began, revision = files_at(draft, request.POST.get("revision", ""))
    gone = set(request.POST.getlist("gone"))
    files = {name: text for name, text in began.items() if name not in gone}
    for key, text in request.POST.items():
        name = key.removeprefix("file:")
        if key.startswith("file:") and (name in FILES or WORDS.fullmatch(name)):
            chosen = choose(str(text).replace("\r\n", "\n"), _choices(request, name))
            files[name] = typed(chosen, began.get(name, ""))
    if any(has_marks(text) for text in files.values()):
        messages.warning(request, "Some places still hold both texts, between <<<<<<< and >>>>>>>. Choose there.")
    version = request.POST.get("with_version", "")
    if version.isdecimal() and len(version) < 9:
        held = get_object_or_404(PolicyVersion, pk=version)
        if held == newest() and revision == draft.revision:
            try:
                settle_draft(draft, files, with_version=held, by=request.agent.actor, at=timezone.now())
            except DraftRefused as refused:
                messages.error(request, str(refused))
            return redirect("drafts:draft", pk)
    return save_files(
        request, draft, files, revision=revision, what="Settled what two people had changed", then=("drafts:draft",)
    )


def _choices(request: AgentRequest, name: str) -> list[str]:
    """Yours or theirs for each place of a file, in order; nothing where somebody chooses in the text."""
    said = (request.POST.get(f"choice:{nth}:{name}", "") for nth in count())
    return list(takewhile(bool, said))


def typed(text: str, before: str) -> str:
    """Browsers end lines in their own way; the file keeps its own."""
    plain = text.replace("\r\n", "\n")
    return plain.replace("\n", "\r\n") if "\r\n" in before else plain


def _show(
    request: AgentRequest, draft: Draft, name: str, *, form: NewFileForm | None = None, status: int = 200
) -> HttpResponse:
    verdict = check(draft.files)
    text = draft.files.get(name, "")
    lines = text.splitlines()
    here = [one for one in verdict.problems if one.file == name]
    counts = {file: sum(one.file == file for one in verdict.problems) for file in draft.files}
    context = {
        "name": name,
        "text": text,
        "problems": [(one, lines[one.line - 1].strip() if one.line <= len(lines) else "") for one in here],
        "elsewhere": [one for one in verdict.problems if one.file != name],
        "findings": [one for one in verdict.findings if one.file == name],
        "groups": _groups(draft.files, counts, name),
        "may_remove": name not in REQUIRED,
        "form": form or NewFileForm(),
        "problem_count": len(verdict.problems),
    }
    return page(request, draft, "drafts/editor.html", context, status=status)


def _groups(files: Iterable[str], counts: Mapping[str, int], current: str) -> list[Group]:
    own = [
        *(name for name in FILES if name in counts),
        *(name for name in files if "/" not in name and name not in FILES),
    ]
    groups = [Group("", [Listed(name, name, counts[name]) for name in own], True)]
    words = sorted(name for name in files if "/" in name)
    for folder, names in groupby(words, key=lambda name: name.rpartition("/")[0]):
        listed = [Listed(name, name.rpartition("/")[2], counts[name]) for name in names]
        title = f"Words, {folder.rpartition('/')[2]}"
        groups.append(Group(title, listed, current.startswith(f"{folder}/")))
    return groups
