"""Where everything is put together: settings, urls, what happens on which event, what runs when, and the database that
comes along. Every room may be known here; only `cli` knows this room.
"""
