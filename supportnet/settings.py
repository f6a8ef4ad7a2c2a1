"""Every setting, read from the environment once. Production is the default and fails closed.

``SUPPORTNET_MODE`` is ``production`` unless it says ``local`` (one machine, ``make run``) or
``test``. Outside local and test mode nothing has a default that would be unsafe: a missing secret
stops the start with one plain line. Secrets may also be given as ``NAME_FILE``, a path to a file.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from supportnet import logs, meant
from supportnet.secrets import local_secrets

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
MODE = env.str("SUPPORTNET_MODE", default="production")
meant.one_of("SUPPORTNET_MODE", MODE, "production", "local", "test")
LOCAL = MODE in {"local", "test"}
VAR_DIR = Path(env.str("SUPPORTNET_VAR", default=str(BASE_DIR / "var")))

_made_here = local_secrets(VAR_DIR) if LOCAL else {}


def _secret(name: str) -> str:
    value = env.str(name, default=_made_here.get(name, ""))
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See the settings table in the README.")
    return str(value)


DEBUG = False
SECRET_KEY = _secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Rings are written "1:base64,2:base64"; the highest number seals, all of them open.
VAULT_KEYS = meant.ring("VAULT_KEYS", _secret("VAULT_KEYS"))
VAULT_HASH_KEYS = meant.ring("VAULT_HASH_KEYS", _secret("VAULT_HASH_KEYS"))
LINK_KEYS = meant.ring("LINK_KEYS", _secret("LINK_KEYS"))

SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000" if LOCAL else "").rstrip("/")
if not SITE_URL:
    raise ImproperlyConfigured("SITE_URL is not set: the address people reach this site by.")
_site = urlsplit(meant.site("SITE_URL", SITE_URL))
ALLOWED_HOSTS = [_site.hostname or ""] + (["127.0.0.1", "localhost", "testserver"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
HTTPS = _site.scheme == "https"
if MODE == "production" and not HTTPS:
    raise ImproperlyConfigured("SITE_URL starts with https:// in production.")

INSTALLED_APPS = [
    "supportnet",
    "moderation",
    "checkins",
    "circles",
    "accounts",
    "outbox",
    "library",
    "vault",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "supportnet.admin_site.SupportNetAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "supportnet.collected.CollectedFiles",
    "django.forms",  # our form renderer finds Django's own widgets here
]

MIDDLEWARE = [
    "supportnet.middleware.watched",
    "supportnet.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vault.scope.key_scope_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "outbox.middleware.DeadLinks",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.person_language",
    "accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "supportnet.urls"
WSGI_APPLICATION = "supportnet.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "library.context.help_for_reader",
            ],
        },
    },
]
FORM_RENDERER = "supportnet.forms.Renderer"

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'supportnet.sqlite3'}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if MODE == "production":
        raise ImproperlyConfigured("DATABASE_URL names a PostgreSQL database in production.")
    # FULL: a page says "saved" only after the commit is on the disk.
    # secure_delete: what is erased is overwritten.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;"
            "PRAGMA cache_size=-65536;PRAGMA wal_autocheckpoint=8000;"
        ),
    }
    if MODE == "test":
        # A file, not memory: threads and processes of a test meet in it as they do in real life.
        DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Nobody waits for ever: a page that cannot be had says so. Migrations may take their time.
    _seconds = meant.number("STATEMENT_TIMEOUT", env.str("STATEMENT_TIMEOUT", default="30"))
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        # A server that is cut off in the middle of an answer is noticed within half a minute.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
        "options": (
            f"-c lock_timeout=2s -c statement_timeout={_seconds}s"
            " -c idle_in_transaction_session_timeout=60s"
        ),
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if MODE == "production" and not REDIS_URL:
    raise ImproperlyConfigured("REDIS_URL is not set.")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "supportnet.cache.Cache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }

# accounts
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = "s"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "supportnet.errors.form_lapsed"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# same-origin, not no-referrer: without a referrer Django refuses every POST over HTTPS.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
TRUSTED_PROXIES = meant.number("TRUSTED_PROXIES", env.str("TRUSTED_PROXIES", default="0"))

LOGIN_URL = "home"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# The mailed code is the proof of the address; our own pages ask for it and keep to our own limits.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Whoever came in, or showed that it is them, is not asked again for so many seconds.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {
    "change_password": "accounts.way_forms.ChangeForm",
    "set_password": "accounts.way_forms.SetForm",
    "reauthenticate": "accounts.way_forms.ByPasswordForm",
}
MFA_FORMS = {
    "activate_totp": "accounts.way_forms.AddAppForm",
    "authenticate": "accounts.way_forms.AppCodeForm",
    "reauthenticate": "accounts.way_forms.AppCodeAgainForm",
    "add_webauthn": "accounts.way_forms.AddKeyForm",
    "edit_webauthn": "accounts.way_forms.RenameKeyForm",
}
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
ADMIN_PATH = meant.path("ADMIN_PATH", env.str("ADMIN_PATH", default="office"))
# Where the office may be opened from, as networks: 192.0.2.0/24, 2001:db8::/32. Empty: anywhere.
ADMIN_NETWORKS = meant.networks("ADMIN_NETWORKS", env.list("ADMIN_NETWORKS", default=[]))

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# words and times
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# Right to left and longer, to see how pages bear it; supportnet/local/sentences.py makes it.
MIRROR = MODE == "test" or (MODE == "local" and meant.yes("MIRROR", env.str("MIRROR", default="0")))
if MIRROR:
    LANGUAGES.append(("ar-xb", _("Mirror")))
    LOCALE_PATHS.append(VAR_DIR / "locale")
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
SILENCED_SYSTEM_CHECKS = [
    # Covering indexes are for PostgreSQL; SQLite leaves the INCLUDE part away and stays right.
    "models.W040",
    # The address is unique without regard to case, by a constraint stricter than unique=True.
    "auth.W004",
    # 32 random bytes are 44 letters in base64, and enough; the doctor looks for a short secret.
    "security.W009",
]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# One machine and tests serve the files where they stand; nothing has been collected there.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = LOCAL
# Pages name files by their hash alone; without these two, collecting takes five times as long.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["br", "gz", "ico", "map", "png", "woff2"]

# mail
EMAIL_BACKEND = "outbox.backend.OutboxBackend"
SMTP_URL = env.str("SMTP_URL", default="smtp://127.0.0.1:8025" if LOCAL else "")
if not SMTP_URL:
    raise ImproperlyConfigured("SMTP_URL is not set, as in smtp+tls://name:password@host:587.")
meant.mail_server("SMTP_URL", SMTP_URL)
MAIL_FROM = env.str("MAIL_FROM", default="hello@supportnet.localhost" if LOCAL else "")
if not MAIL_FROM:
    raise ImproperlyConfigured("MAIL_FROM is not set: the address mails come from.")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = meant.mailbox("MAIL_FROM", MAIL_FROM)
# Where mail comes back to, see docs/inbound.md. Empty: the way back is closed.
BOUNCE_DOMAIN = meant.domain("BOUNCE_DOMAIN", env.str("BOUNCE_DOMAIN", default=""))
REPLY_DOMAIN = meant.domain("REPLY_DOMAIN", env.str("REPLY_DOMAIN", default=""))
# A mail provider that reports and hands over by webhook, and the secret it shows: "name:password".
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="")
if MAIL_PROVIDER:
    meant.one_of("MAIL_PROVIDER", MAIL_PROVIDER, "mailgun", "mailjet", "postmark", "sparkpost")
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", default="")
meant.secret_of_two("MAIL_WEBHOOK_SECRET", MAIL_WEBHOOK_SECRET)
MAIL_WEBHOOK_KEY = env.str("MAIL_WEBHOOK_KEY", default="")
# A header in which the provider lets us name the mail, "{}" for the token.
MAIL_TOKEN_HEADER = env.str("MAIL_TOKEN_HEADER", default="")
if MAIL_TOKEN_HEADER and not re.fullmatch(
    r"[A-Za-z0-9-]{1,64}: [ -~]*\{\}[ -~]*", MAIL_TOKEN_HEADER
):
    raise ImproperlyConfigured("MAIL_TOKEN_HEADER is written like X-PM-Metadata-mail: {}")
# What to do with a mail of which nobody can know whether it left: "resend" it after ten minutes
# with the same Message-ID, Date and links, or "hold" it until the operator decides.
IN_DOUBT = meant.one_of("IN_DOUBT", env.str("IN_DOUBT", default="resend"), "resend", "hold")
OPERATOR_EMAIL = meant.mailbox("OPERATOR_EMAIL", env.str("OPERATOR_EMAIL", default=""))
# Where mails about a stuck outbox are handed over: best not where it may be stuck.
OPERATOR_SMTP_URL = env.str("OPERATOR_SMTP_URL", default=SMTP_URL)
meant.mail_server("OPERATOR_SMTP_URL", OPERATOR_SMTP_URL)
# A header by which a mail provider knows a mail it took before, as in "Resend-Idempotency-Key".
IDEMPOTENCY_HEADER = env.str("IDEMPOTENCY_HEADER", default="")
if IDEMPOTENCY_HEADER and not re.fullmatch(r"[A-Za-z0-9-]{1,64}", IDEMPOTENCY_HEADER):
    raise ImproperlyConfigured("IDEMPOTENCY_HEADER is the name of a header, without a colon.")

# moderation
# The hours in which moderators are there, and on which clock: a danger is looked at within four.
DUTY_HOURS = env.str("DUTY_HOURS", default="09:00-18:00")
DUTY_ZONE = env.str("DUTY_ZONE", default="UTC")
# Only one moderator: they answer appeals against themselves, which is said publicly and logged.
ONE_MODERATOR = meant.yes("ONE_MODERATOR", env.str("ONE_MODERATOR", default="0"))
# Who decides when a life is in imminent danger; it stands on the public page.
DANGER_DECIDED_BY = env.str("DANGER_DECIDED_BY", default="")
# Whom moderators can talk to afterwards; it stands on their own page.
MODERATORS_CONTACT = env.str("MODERATORS_CONTACT", default="")

# background work
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False  # a lost doorbell is harmless, a poisoned one is not
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 1,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000  # in kilobytes
CELERY_WORKER_ETA_TASK_LIMIT = 100  # we set no ETA ever; times live in the database
# A mail ends within 60 s before its dot and 120 s after it, and starts with 200 s of its lease of
# 300 s left. Only what is stuck for longer than all of that is ended.
CELERY_TASK_SOFT_TIME_LIMIT = 330
CELERY_TASK_TIME_LIMIT = 360
# Undocumented in Celery's Django fixup: without it each task opens a new database connection.
CELERY_DB_REUSE_MAX = 1000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First, so that strangers hear how to come in: 401, and not 403.
        "accounts.access.ProgramSignIn",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.access.SignedInPerson"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["supportnet.often.Often"],
    "EXCEPTION_HANDLER": "supportnet.problems.tell",
    "DEFAULT_SCHEMA_CLASS": "supportnet.openapi.ScopedSchema",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "supportnet.parsers.AlwaysJSON",
    "DEFAULT_PARSER_CLASSES": ["supportnet.parsers.PlainJSONParser"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SupportNet",
    "DESCRIPTION": "What a person's own programs may do for them, by the same verbs as the pages.",
    "VERSION": "1",
    # Names of scopes beside a bearer token came with 3.1.
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # A browser that is signed in comes in too; that is ours and no promise to programs.
    "AUTHENTICATION_WHITELIST": ["accounts.access.ProgramSignIn"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "supportnet.openapi.complete",
    ],
}
KNOX_TOKEN_MODEL = "accounts.Token"  # noqa: S105  the name of a model
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer"}
# Our own model stands in for the library's, so that its tables are not made.
MIGRATION_MODULES = {"knox": None}

# What a Prometheus shows to read /metrics; without it there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN is too short. Make one: openssl rand -hex 24")
LOG_FORMAT = logs.shape(env.str("LOG_FORMAT", default=""), MODE)
meant.one_of("LOG_FORMAT", LOG_FORMAT, "json", "plain")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
meant.one_of("LOG_LEVEL", LOG_LEVEL, "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_words": {"()": "supportnet.logs.NoWords"}},
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "supportnet.logs.Lines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["no_words"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would write paths, and mail them to administrators.
        "django": {"handlers": [], "level": "NOTSET"},
        "django.server": {"handlers": [], "propagate": True},
        # Whoever reads along on one machine sees the pages themselves.
        "supportnet.requests": {"level": "NOTSET" if LOG_FORMAT == "json" else "WARNING"},
        # Every fifteen seconds the same two lines tell nothing.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
# Errors go to a Sentry only where the operator names one: see docs/operating.md for what it gets.
if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    LOGGING["handlers"]["sentry"] = {
        "class": "supportnet.sentry.Handler",
        "dsn": SENTRY_DSN,
        "mode": MODE,
    }
    # First: the filter of the other one takes the error itself off the record.
    LOGGING["root"]["handlers"].insert(0, "sentry")
