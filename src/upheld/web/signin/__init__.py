"""Signing in and out: who may, by which means, and the mails that it takes."""
