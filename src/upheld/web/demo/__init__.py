"""Pages that only a demonstration has: the mails that were sent, as a customer would get them."""
