"""All that a policy may speak of, gathered from the rooms that declare it. No Django here."""

from upheld.accounts import subject as accounts
from upheld.accounts.subject import ACCOUNT
from upheld.channels import subjects as channels
from upheld.channels.subjects import SUBJECTS
from upheld.commitments import subject as commitments
from upheld.compliance import subject as compliance
from upheld.documents import subject as documents
from upheld.drafting import subject as drafting
from upheld.events import subject as events
from upheld.people.subject import AGENT, DESK
from upheld.policy.vocabulary import Vocabulary
from upheld.reports import subject as reports
from upheld.tickets.subject import TICKET

VOCABULARY = Vocabulary([TICKET, ACCOUNT, AGENT, DESK, *SUBJECTS])

KINDS = (
    VOCABULARY.event_kinds()
    | accounts.EVENTS
    | channels.EVENTS
    | commitments.EVENTS
    | compliance.EVENTS
    | documents.EVENTS
    | events.EVENTS
    | reports.EVENTS
    | drafting.EVENTS
)
"""Every kind of event that may be recorded, with what it means; of those beside the vocabulary no policy speaks."""
