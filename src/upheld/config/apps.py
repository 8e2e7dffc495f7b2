"""Hands the wiring to the rooms that must not know who hears of them."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "upheld.config"
    label = "config"

    def ready(self) -> None:
        from upheld.commitments.policies import speak
        from upheld.config.subjects import VOCABULARY
        from upheld.config.wiring import IN_ORDER, KEEPERS, REACTIONS
        from upheld.events.reactions import wire

        wire(REACTIONS, in_order=IN_ORDER, keepers=KEEPERS)
        speak(VOCABULARY)
