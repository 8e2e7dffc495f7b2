"""Everything that can be done with a draft. Subject first; `by` and `at` by name; one transaction, its events in it."""
