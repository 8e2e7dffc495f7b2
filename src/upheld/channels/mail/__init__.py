"""Electronic mail: taken in before it is understood, understood without ever failing, sent until it is taken or given up.

Owns the words raw mail, Message-ID, envelope, signed reply address, automatic mail, delivery report, outbox.
"""
