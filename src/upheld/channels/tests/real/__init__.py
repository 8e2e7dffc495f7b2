"""Tests against the mail servers that others run: Dovecot and Postfix, started on loopback by the tests."""
