from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "upheld.channels"
    label = "channels"
