"""All that a policy may speak of, gathered from the rooms that declare it. No Django here."""

from upheld.accounts.subject import ACCOUNT
from upheld.channels.subjects import SUBJECTS
from upheld.people.subject import AGENT, DESK
from upheld.policy.vocabulary import Vocabulary
from upheld.tickets.subject import TICKET

VOCABULARY = Vocabulary([TICKET, ACCOUNT, AGENT, DESK, *SUBJECTS])
