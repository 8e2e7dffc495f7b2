"""Moving messages in and out, whatever way a customer comes. Knows no ticket.

Owns the words received mail, outgoing mail, stored file, quarantine. What came in is stored raw and announced by the event
`message.received`; what goes out is handed over as text and recipients and is sent, or seen to fail, from its own row.
"""
