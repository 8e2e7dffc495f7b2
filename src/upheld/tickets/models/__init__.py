"""Rows about tickets."""

from upheld.tickets.models.draft import Draft, Reading
from upheld.tickets.models.links import Escalation, Link, Merge
from upheld.tickets.models.message import Attachment, Message
from upheld.tickets.models.picture import OutsidePicture
from upheld.tickets.models.resolution import Resolution
from upheld.tickets.models.scheduled import ScheduledFile, ScheduledReply
from upheld.tickets.models.ticket import Ticket

__all__ = [
    "Attachment",
    "Draft",
    "Escalation",
    "Link",
    "Merge",
    "Message",
    "OutsidePicture",
    "Reading",
    "Resolution",
    "ScheduledFile",
    "ScheduledReply",
    "Ticket",
]
