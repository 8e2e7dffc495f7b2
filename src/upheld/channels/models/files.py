"""Attachments, kept once for each content."""

from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """Bytes on disk under their SHA-256; two attachments with the same bytes share one row."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    stored_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def path(self) -> str:
        """Relative to the files folder."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"
