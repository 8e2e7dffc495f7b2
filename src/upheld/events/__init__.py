"""What happened: one row for each fact, only ever added.

Owns the words event, actor, subject key. The events are the audit log, the time line on the screen and the input of every
commitment. Every room above records its facts here, inside the transaction that made them true.
"""
