"""Hands the wiring to the rooms that must not know who hears of them."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "upheld.config"
    label = "config"

    def ready(self) -> None:
        from upheld.commitments.policies import speak
        from upheld.config.subjects import VOCABULARY
        from upheld.config.wiring import REACTIONS
        from upheld.events.reactions import wire

        wire(REACTIONS)
        speak(VOCABULARY)
