"""Everything comes from the environment; what is missing outside the demo stops the start."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from studio import environment

BASE_DIR = Path(__file__).resolve().parent.parent

# The demo: one-click sign-in, plain HTTP on loopback, static files straight from static/.
DEMO = environment.flag("ZANITH_DEMO")
DEBUG = environment.flag("ZANITH_DEBUG")

SHORTEST_SECRET = 50  # characters; Django's own deployment check asks for as many
# The demo's processes share a generated key; one made here is for commands that sign nothing.
SECRET_KEY = environment.secret("ZANITH_SECRET_KEY") or (secrets.token_urlsafe(48) if DEMO else "")
if len(SECRET_KEY) < SHORTEST_SECRET:
    raise ImproperlyConfigured(
        f"ZANITH_SECRET_KEY (or ZANITH_SECRET_KEY_FILE) must hold at least {SHORTEST_SECRET} "
        'random characters: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
    )
if DEBUG and not DEMO:
    raise ImproperlyConfigured("ZANITH_DEBUG shows secrets to visitors; it needs ZANITH_DEMO=1.")

# Fernet keys for stored credentials, newest first; old ones still decrypt.
CREDENTIAL_KEYS = environment.secret("ZANITH_CREDENTIAL_KEYS").replace(",", " ").split()
# Chains the rows of the record (HMAC); never stored in a target.
EVIDENCE_KEY = environment.secret("ZANITH_EVIDENCE_KEY")
# How long what has expired still stays before a clean-up may take it.
RECOVERY_GRACE_DAYS = environment.number("ZANITH_RECOVERY_GRACE_DAYS", 7)

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = environment.words("ZANITH_ALLOWED_HOSTS") or (LOOPBACK if DEMO else [])
CSRF_TRUSTED_ORIGINS = environment.words("ZANITH_ORIGINS")

INSTALLED_APPS = [
    "studio",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "csp",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",  # last, as its manual asks
]
ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"
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
                "studio.context.shell",
            ]
        },
    }
]

# Data ------------------------------------------------------------------------------------------

DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql:///studio")
DATABASES = {"default": environment.database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
# The provisioner of rehearsals; empty means that each target names its own shadow.
SHADOW_URL = os.environ.get("SHADOW_URL", "")
# auto, database or schema; a schema in a production target's own database only where allowed.
SHADOW_SHAPE = os.environ.get("ZANITH_SHADOW_SHAPE", "auto")
SHADOW_ON_PRODUCTION = environment.flag("ZANITH_SHADOW_ON_PRODUCTION")
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024  # a declared schema of 5 MB and its form

# Work: messages are wake-ups that carry an id ----------------------------------------------------

CELERY_BROKER_URL = environment.broker(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_RESULT_BACKEND = None  # with one, and Redis down, .delay() blocks for 19 s
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # the reconciler sends again what was not sent
CELERY_TASK_ACKS_LATE = False  # a late ack delivered one task five times
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "light"
CELERY_TASK_ROUTES = {"studio.apply_*": {"queue": "apply"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# People ----------------------------------------------------------------------------------------

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # to read older ones
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a stranger cannot lock out a colleague
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# The browser -------------------------------------------------------------------------------------

NONE, SELF = "'none'", "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_NAME = "zanith_session" if DEMO else "__Host-session"
CSRF_FAILURE_VIEW = "studio.views.errors.csrf"
CSRF_COOKIE_NAME = "zanith_csrf" if DEMO else "__Host-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SECURE_SSL_REDIRECT = not DEMO
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 0 if DEMO else int(timedelta(days=365).total_seconds())
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
if environment.flag("ZANITH_BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

STATIC_URL = "/static/"
# The demo serves static/ as it is; nothing is collected.
STATIC_ROOT = None if DEMO else Path(os.environ.get("ZANITH_STATIC_ROOT", BASE_DIR / ".static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Words and logs ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("ZANITH_LOG_LEVEL", "INFO")},
    "loggers": {"axes": {"level": "WARNING"}},
}
