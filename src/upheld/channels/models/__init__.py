"""Rows about messages on their way in and out."""

from upheld.channels.models.files import StoredFile
from upheld.channels.models.mailboxes import Mailbox, Sighting
from upheld.channels.models.outgoing import OutgoingMail
from upheld.channels.models.received import MailReference, ReceivedMail

__all__ = ["MailReference", "Mailbox", "OutgoingMail", "ReceivedMail", "Sighting", "StoredFile"]
