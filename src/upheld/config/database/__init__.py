"""Django's PostgreSQL, with connections of the pool that are looked at before a request instead of asked."""
