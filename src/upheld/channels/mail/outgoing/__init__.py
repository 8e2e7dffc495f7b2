"""What we send: written, signed, queued with the act that sends it, and tried until it is taken or given up.

`sending` queues and tries; `composing` writes; `smtp` and `providers` hand over; `outbox` is what people see of it.
"""
