"""Django's settings. Every value that differs between installations comes from `environment.py`; the rest is the house's."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any, Final

import django_stubs_ext

from upheld.config import embedded, logs
from upheld.config.environment import Environment
from upheld.config.secret import kept_seal_key, kept_secret
from upheld.config.values import SOURCE_ROOT, database_of

django_stubs_ext.monkeypatch()

ENVIRONMENT: Final = Environment.read(os.environ)

# -- what the rooms ask for --------------------------------------------------------------------------------------------

UPHELD_DATA = ENVIRONMENT.data
UPHELD_URL = ENVIRONMENT.url
UPHELD_POLICY = ENVIRONMENT.policy
UPHELD_DEMO = ENVIRONMENT.demo
UPHELD_SMTP_LISTEN = (ENVIRONMENT.smtp_listen.host, ENVIRONMENT.smtp_listen.port)
UPHELD_MAIL_MAX_BYTES = ENVIRONMENT.mail_max_bytes
UPHELD_CLAMD = ENVIRONMENT.mail.scanner
UPHELD_FILES = ENVIRONMENT.mail.files
UPHELD_UPLOAD_MAX_BYTES = 40 * 1024 * 1024  # of all files of a form; as a mail they still fit into the usual limit
UPHELD_WEB_THREADS = ENVIRONMENT.web_threads  # requests at once in each web process; each may hold a connection
UPHELD_METRICS_TOKEN = ENVIRONMENT.metrics_token
UPHELD_SEAL_KEY = ENVIRONMENT.seal_key or kept_seal_key(ENVIRONMENT.data)
UPHELD_WORKER_JOBS = ENVIRONMENT.worker_jobs
UPHELD_STALLED_AFTER = ENVIRONMENT.stalled_after  # seconds without a heartbeat after which a worker's jobs are taken up

# -- Django ------------------------------------------------------------------------------------------------------------

SECRET_KEY = ENVIRONMENT.secret_key or kept_secret(ENVIRONMENT.data)
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = [*ENVIRONMENT.hosts, "localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "upheld.config.urls"
ASGI_APPLICATION = "upheld.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Person"

INSTALLED_APPS = [
    "upheld.web",  # first: its templates come before those of the packages
    "upheld.config.apps.WiringConfig",
    "upheld.compliance",
    "upheld.documents",
    "upheld.reports",
    "upheld.drafting",
    "upheld.tickets",
    "upheld.commitments",
    "upheld.channels",
    "upheld.accounts",
    "upheld.people",
    "upheld.events",
    "procrastinate.contrib.django",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "lucide",
]

MIDDLEWARE = [
    "upheld.config.middleware.observed",
    "upheld.config.middleware.probes",
    "upheld.config.middleware.legible",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

# -- the database ------------------------------------------------------------------------------------------------------

_database = ENVIRONMENT.database or database_of(embedded.cluster_in(ENVIRONMENT.data).url())
_pool: dict[str, Any] | bool = False
if ENVIRONMENT.database_pool:
    # A short `reconnect_timeout`: each request starts the tries afresh, instead of waiting out pauses that double.
    _pool = {
        "min_size": 1,
        "max_size": ENVIRONMENT.database_pool,
        "timeout": 3,
        "max_idle": 300,
        "reconnect_timeout": 3,
    }
# What is asked often is planned once for each connection: values travel beside the statement and not inside it. Planning was
# half of what the database did for a page.
_prepared = {"server_side_binding": True, "prepare_threshold": 3}
# A line that falls silent without an end is given up within half a minute, by whoever waits on it.
_watched = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
DATABASES: dict[str, Any] = {
    "default": {
        "ENGINE": "upheld.config.database",
        "NAME": _database.name,
        "USER": _database.user,
        "PASSWORD": _database.password,
        "HOST": _database.host,
        "PORT": _database.port,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            "application_name": "upheld",
            "pool": _pool,
            **_prepared,
            **_watched,
            **_database.options,
        },
    }
}
CACHES = {
    # Shared by all processes, since it counts tries to sign in. The table is made by `upheld migrate`.
    # It keeps as many as there are: at Django's own 300 a busy hour would push out what was counted.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "upheld_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# -- pages -------------------------------------------------------------------------------------------------------------

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials", "lucide.templatetags.lucide"],
            "libraries": {"partials": "template_partials.templatetags.partials"},
        },
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data / "static"
MEDIA_ROOT = (
    ENVIRONMENT.data / "files"
)  # never served as they are: every file goes through a view that asks who may see it
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if UPHELD_FILES is not None:
    STORAGES["files"] = UPHELD_FILES.storage
WHITENOISE_USE_FINDERS = DEBUG
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# -- languages and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("pt-br", "Português (Brasil)"),
]
LOCALE_PATHS = [SOURCE_ROOT / "src" / "upheld" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- what a browser may do ---------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if ENVIRONMENT.is_https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if ENVIRONMENT.is_https else "csrf"
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.is_https else None
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# -- signing in --------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["upheld.web.signin.knowing.Backend"]
SESSION_ENGINE = "upheld.web.signin.knowing"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
if find_spec("upheld.web") and find_spec("upheld.web.signin") and find_spec("upheld.web.signin.adapter"):
    ACCOUNT_ADAPTER = "upheld.web.signin.adapter.Adapter"  # who may sign up, and through which mail address codes leave
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.proxies  # else everybody behind a proxy shares one count of failed tries
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True  # whoever changes how somebody signs in, that person hears of it
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENVIRONMENT.is_https else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.is_https
MFA_TOTP_ISSUER = "Upheld"

# -- mail --------------------------------------------------------------------------------------------------------------

UPHELD_MAIL = ENVIRONMENT.mail
UPHELD_SMTP = ENVIRONMENT.smtp  # None: nothing can leave, and what waits says so
if ENVIRONMENT.smtp:
    EMAIL_HOST, EMAIL_PORT = ENVIRONMENT.smtp.host, ENVIRONMENT.smtp.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENVIRONMENT.smtp.user, ENVIRONMENT.smtp.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = ENVIRONMENT.smtp.security == "starttls", ENVIRONMENT.smtp.security == "tls"
EMAIL_TIMEOUT = 20

# -- jobs --------------------------------------------------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["upheld.config.schedule"]

# -- logs --------------------------------------------------------------------------------------------------------------

LOGGING = logs.logging_settings(ENVIRONMENT.log)
logs.configure(ENVIRONMENT.log)
