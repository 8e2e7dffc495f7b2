from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "upheld.accounts"
    label = "accounts"
