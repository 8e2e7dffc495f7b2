from django.apps import AppConfig


class DraftingConfig(AppConfig):
    name = "upheld.drafting"
    label = "drafting"
