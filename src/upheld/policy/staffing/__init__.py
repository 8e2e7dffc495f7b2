"""How many people the promises need: closed forms of queues, and a desk played through where those do not apply.

Pure. Times are seconds here, rates are per second unless a name says otherwise, and hours of the week count from Monday
00:00 on in the company's zone.
"""
