"""Fetching mail from mailboxes on other servers by IMAP.

A mail is known by mailbox, numbering (UIDVALIDITY) and number (UID), never by a flag, a date or its Message-ID: whatever stands
in the folder and was not seen under its number is fetched. Bytes are stored and committed first; only then is the server told.
"""
