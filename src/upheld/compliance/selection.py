"""Which commitments a proof is about."""

from __future__ import annotations

from django.db.models import CharField, Model, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from upheld.accounts.models import Account
from upheld.commitments.models import Commitment, CommitmentQuerySet
from upheld.compliance.models import Proof
from upheld.tickets.models import Ticket


def chosen(proof: Proof) -> CommitmentQuerySet:
    """Those that began in the period, in that order.

    Of an account: on its tickets and on the account itself. Of a plan: on tickets and accounts that are under it now. Of
    everybody: all, those on our own people and incidents as well.
    """
    found = Commitment.objects.filter(began_at__gte=proof.since, began_at__lt=proof.until)
    if proof.account_id is not None:
        found = found.filter(
            _on("ticket", Ticket.objects.filter(account=proof.account_id)) | Q(subject=f"account:{proof.account_id}")
        )
    elif proof.plan:
        found = found.filter(
            _on("ticket", Ticket.objects.filter(plan=proof.plan))
            | _on("account", Account.objects.filter(plan=proof.plan))
        )
    return found.order_by("began_at", "id")


def _on(kind: str, rows: QuerySet[Model]) -> Q:
    key = Concat(Value(f"{kind}:"), Cast("pk", CharField()), output_field=CharField())
    return Q(subject__in=rows.annotate(subject_key=key).values("subject_key"))
