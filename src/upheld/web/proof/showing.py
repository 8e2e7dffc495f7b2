"""What a page shows of a proof: whom and which days, its totals, and a page of its commitments with their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.utils import timezone

from upheld.channels.files import open_stored
from upheld.compliance.evidence import Line, lines
from upheld.compliance.figures import from_data, together
from upheld.compliance.models import Proof
from upheld.compliance.printing import whom
from upheld.compliance.selection import chosen
from upheld.kernel.text import slug
from upheld.web.drafts.reading import names_of

SIZE = 50
STATES = {
    "breached": ("Breached", ("breached",)),
    "waived": ("Waived", ("waived",)),
    "kept": ("Kept", ("kept",)),
    "void": ("Void", ("void",)),
    "running": ("Running", ("running", "paused")),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A proof as a line of a list, or the head of its page."""

    proof: Proof
    whom: str
    first: date
    last: date

    @property
    def percent(self) -> int:
        return self.proof.done * 100 // self.proof.total if self.proof.total else 0


def shown(proof: Proof) -> Shown:
    """Its days as the viewer counts them."""
    since, until = (timezone.localtime(at) for at in (proof.since, proof.until))
    return Shown(proof, whom(proof), since.date(), (until - timedelta(microseconds=1)).date())


def all_shown(proofs: Iterable[Proof]) -> list[Shown]:
    return [shown(proof) for proof in proofs]


def details(request: HttpRequest, proof: Proof) -> dict[str, Any]:
    """Totals as they were proven, and a page of the commitments of one state. Eight queries."""
    totals = from_data(proof.figures)
    whole = together(totals)
    counts = {name: getattr(whole, name) for name in STATES}
    state = request.GET.get("state") or next((name for name, count in counts.items() if count), "breached")
    if state not in STATES:
        raise Http404
    page = request.GET.get("page", "1")
    number = max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1
    start = (number - 1) * SIZE
    found: list[Line] = []
    if proof.is_ready:
        found = list(lines(chosen(proof).filter(state__in=STATES[state][1])[start : start + SIZE + 1]))
    return {
        "shown": shown(proof),
        "proof": proof,
        "totals": totals,
        "whole": whole,
        "names": {total.clause: total.name for total in totals},
        "state": state,
        "states": [(name, label, counts[name]) for name, (label, _) in STATES.items()],
        "lines": found[:SIZE],
        "people": names_of(line.subject for line in found[:SIZE] if line.kind == "agent"),
        "before": number - 1,
        "after": number + 1 if len(found) > SIZE else 0,
    }


def download(proof: Proof, kind: str) -> FileResponse:
    """The file as it was made. 404 while there is none."""
    file = {"json": proof.json, "pdf": proof.pdf}[kind]
    if file is None:
        raise Http404
    about = f"{slug(whom(proof))}-{proof.since:%Y-%m-%d}"
    response = FileResponse(
        open_stored(file),
        as_attachment=True,
        filename=f"proof-{proof.pk}-{about}.{kind}",
        content_type={"json": "application/json", "pdf": "application/pdf"}[kind],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
