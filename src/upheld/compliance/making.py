"""Making a proof: one pass over the commitments writes the JSON and gathers what the paper shows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from upheld.channels import files
from upheld.compliance.evidence import CHUNK, Line, lines
from upheld.compliance.figures import Totals
from upheld.compliance.models import Proof
from upheld.compliance.printing import Listed, printed
from upheld.compliance.selection import chosen
from upheld.compliance.writing import pieces
from upheld.events.sealing import signing_key
from upheld.kernel import signed_json


def make(proof_id: int) -> None:
    """Make it, from the beginning also where another had begun: nothing of a try is kept but how far it came.

    The commitments are those of one moment, since one statement reads them all; what is recorded later changes nothing.
    """
    from upheld.compliance.actions import finish

    proof = Proof.objects.select_related("account").get(pk=proof_id)
    if proof.is_ready:
        return
    at = datetime.now(UTC)
    rows = chosen(proof)
    Proof.objects.filter(pk=proof.pk).update(state=Proof.State.MAKING, done=0, total=rows.count())
    totals, listed = Totals(), Listed()
    with tempfile.TemporaryFile() as out:
        seen = listed.watching(_counted(proof, lines(rows.iterator(CHUNK))))
        digest = signed_json.write(out, pieces(proof, seen, totals, at=at), signing_key())
        out.seek(0)
        document = files.store(out)
    paper = files.store(printed(proof, totals, listed, digest=digest, at=at))
    finish(proof, document=document, paper=paper, totals=totals, digest=digest, at=at)


def give_up(proof_id: int) -> None:
    """Say that it could not be made; whoever asked can ask again."""
    Proof.objects.filter(pk=proof_id).exclude(state=Proof.State.READY).update(state=Proof.State.FAILED)


def _counted(proof: Proof, found: Iterable[Line]) -> Iterator[Line]:
    """Tell how far it is, a chunk at a time."""
    for place, line in enumerate(found, 1):
        if place % CHUNK == 0:
            Proof.objects.filter(pk=proof.pk).update(done=place)
        yield line
