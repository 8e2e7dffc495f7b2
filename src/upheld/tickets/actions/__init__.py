"""Everything that can be done with a ticket, an ability per file. Each takes the ticket first, then `by` and `at` by name."""
