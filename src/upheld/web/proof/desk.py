"""Proofs in the workspace, and the card of the record. For team leads and everybody above them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upheld.compliance.actions import ask_for_proof, ask_for_verification
from upheld.compliance.models import Proof, Verification
from upheld.compliance.writing import record_now
from upheld.events.models import Seal
from upheld.events.sealing import public_key, tail
from upheld.web.desk.workspace import show
from upheld.web.proof.forms import ProofForm, last_month
from upheld.web.proof.showing import all_shown, details, download
from upheld.web.viewer import AgentRequest, for_leads

LISTED = 50


@for_leads
def proofs(request: AgentRequest) -> HttpResponse:
    return _proofs(request, ProofForm(initial=last_month(timezone.localdate())))


@for_leads
def ask(request: AgentRequest) -> HttpResponse:
    form = ProofForm(request.POST)
    if not form.is_valid():
        return _proofs(request, form, status=422)
    asked = form.cleaned_data
    proof = ask_for_proof(
        account=asked["account"], plan=asked["plan"], since=asked["since"], until=asked["until"], by=request.agent.actor,
        at=timezone.now(),
    )  # fmt: skip
    return redirect("proof:page", proof.pk)


@require_safe
@for_leads
def page(request: AgentRequest, pk: int) -> HttpResponse:
    context = {"tab": "proof", **details(request, _proof(request, pk))}
    return show(request, "proof/proof.html", context, here="policy")


@require_safe
@for_leads
def document(request: AgentRequest, pk: int) -> FileResponse:
    return download(_proof(request, pk), "json")


@require_safe
@for_leads
def paper(request: AgentRequest, pk: int) -> FileResponse:
    return download(_proof(request, pk), "pdf")


@require_POST
@for_leads
def verification(request: AgentRequest) -> HttpResponse:
    """Have the whole record held against its seals; while that runs, asking again asks for nothing."""
    ask_for_verification(by=request.agent.actor, at=timezone.now())
    messages.success(request, "The record is being verified. The answer will stand here.")
    return redirect("proof:proof")


def _proof(request: AgentRequest, pk: int) -> Proof:
    found = Proof.objects.visible_to(request.person).select_related("account", "json", "pdf")
    return get_object_or_404(found, pk=pk)


def _proofs(request: AgentRequest, form: ProofForm, *, status: int = 200) -> HttpResponse:
    found = Proof.objects.visible_to(request.person).select_related("account")
    context = {"tab": "proof", "form": form, "proofs": all_shown(found[:LISTED]), **_record()}
    return show(request, "proof/proofs.html", context, here="policy", status=status)


def _record() -> dict[str, Any]:
    """Up to when the record is sealed, and what the last walks over it said."""
    newest = Seal.objects.only("number", "sealed_at").order_by("-number").first()
    return {
        "seal": newest,
        "sealed": record_now(),
        "tail": tail(),
        "key": public_key(),
        "verifying": Verification.objects.filter(state=Verification.State.WAITING).first(),
        "verified": Verification.objects.exclude(state=Verification.State.WAITING).first(),
    }
