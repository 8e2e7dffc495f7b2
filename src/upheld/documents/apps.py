from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "upheld.documents"
    label = "documents"
