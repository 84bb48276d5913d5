"""Every setting of the site, read from the environment; what is missing or wrong stops the start with a sentence.

The README has the table of the variables.
"""

import re
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError, validate

from .operations.logs import to_stderr

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()


def words(name, default=()):
    """The setting's parts between commas, without blanks around them."""
    return [word for part in env.list(name, list(default)) if (word := part.strip())]


try:
    DEBUG = env.bool("DEBUG", False)
    SECRET_KEY = env.str("SECRET_KEY", "")
    ALLOWED_HOSTS = words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
    DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
    # Seconds that a page waits for a PostgreSQL server: for a lock, or the answer to a query.
    DATABASE_TIMEOUT = env.int("DATABASE_TIMEOUT", 5, validate=validate.Range(min=1))
    # A Redis that all processes share; without it each process has a cache in its own memory.
    CACHE_URL = env.str("CACHE_URL", "")
    # The public pages that a process caches in its memory. A page compressed for a browser takes some 10 KB, so these
    # are 10 MB; if all were asked for uncompressed they were 100 MB. 0: none are cached, not in Redis either.
    PAGE_CACHE_ENTRIES = env.int("PAGE_CACHE_ENTRIES", 0 if DEBUG else 1000, validate=validate.Range(min=0))
    # How many seconds a cache in front of the site may keep a page.
    PROXY_SECONDS = env.int("PROXY_SECONDS", 0, validate=validate.Range(0, 3600))
    MEDIA_ROOT = env.path("MEDIA_ROOT", BASE_DIR / "media")
    STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
    # Addresses or networks of the proxies whose X-Forwarded-* headers are believed; "unix" for a socket.
    TRUSTED_PROXIES = words("TRUSTED_PROXIES")
    HTTPS = env.bool("HTTPS", not DEBUG)
    # Where e-mails say that the site is, and how they are sent; without these there are none.
    SITE_URL = env.str("SITE_URL", "http://localhost:8000" if DEBUG else "").rstrip("/")
    email = env.dj_email_url("EMAIL_URL", "console:" if DEBUG else "dummy:")
    host = urlsplit(SITE_URL).hostname or "localhost"
    DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"PoliceApp <alerts@{host}>")
    LOG_LEVEL = env.log_level("LOG_LEVEL", "INFO")
    LOG_FORMAT = env.str("LOG_FORMAT", "text" if DEBUG else "json", validate=validate.OneOf(["text", "json"]))
    # Addresses or networks that may read /metrics.
    METRICS_ALLOWED = words("METRICS_ALLOWED")
    # The service that is told of failures; empty: none.
    ERROR_REPORTS_DSN = env.str("ERROR_REPORTS_DSN", "")
    # How many searches a client may ask for in a minute; 0: any number.
    SEARCH_LIMIT = env.int("SEARCH_LIMIT", 300, validate=validate.Range(min=0))
    # Whom visitors may write to about their data and about what keeps them from using the site.
    CONTACT_EMAIL = env.str("CONTACT_EMAIL", "")
except (EnvError, ValueError) as problem:
    raise ImproperlyConfigured(str(problem)) from problem

for name in ("TRUSTED_PROXIES", "METRICS_ALLOWED"):
    try:
        [ip_network(part, strict=False) for part in globals()[name] if part != "unix"]
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name} has a part that is neither an address nor a network: {problem}") from None

if CACHE_URL and not re.fullmatch(r"(rediss?|unix)://\S+", CACHE_URL):
    raise ImproperlyConfigured("CACHE_URL is not like redis://:password@cache.example.org/0")
if SITE_URL and not re.fullmatch(r"https?://[^/?#@\s]+", SITE_URL):
    raise ImproperlyConfigured("SITE_URL is not the address of a site, which is like https://police.example.org")
if "EMAIL_BACKEND" not in email:
    raise ImproperlyConfigured("EMAIL_URL is of no known kind. It is like submission://user:password@mail.example.org")
if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(DEFAULT_FROM_EMAIL)[1]):
    raise ImproperlyConfigured("DEFAULT_FROM_EMAIL is not an address like PoliceApp <alerts@police.example.org>")
if ERROR_REPORTS_DSN and not re.fullmatch(r"https?://\w+@[^/?#@\s]+/(\S+/)?\d+", ERROR_REPORTS_DSN):
    raise ImproperlyConfigured("ERROR_REPORTS_DSN is not like https://key@errors.example.org/1")
if CONTACT_EMAIL and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", CONTACT_EMAIL):
    raise ImproperlyConfigured("CONTACT_EMAIL is not an address like office@police.example.org")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Give it a long random value that nobody else knows; "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))' prints one."
    )
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set. Give it the host names of the site, separated by commas: police.example.org"
    )

# Application

INSTALLED_APPS = [
    "policeapp",
    "departments",
    "jobs",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_http_compression",
    "axes",
]

MIDDLEWARE = [
    "policeapp.web.middleware.TrustedProxies",
    "policeapp.operations.request_ids.WatchRequests",
    "policeapp.database.unavailable.Unavailable",
    "policeapp.caching.middleware.PageCache",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_http_compression.middleware.HttpCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "policeapp.web.middleware.permissions_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "policeapp.urls"
WSGI_APPLICATION = "policeapp.wsgi.application"

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
            ],
        },
    },
]
FORM_RENDERER = "policeapp.web.forms.SiteRenderer"

# Data

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "policeapp.User"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

database = DATABASES["default"]
options = database.setdefault("OPTIONS", {})
if "sqlite" in database["ENGINE"]:
    # Readers and a writer work side by side; a writer takes its lock at once and waits up to 20 seconds for it.
    database["CONN_MAX_AGE"] = 60
    options.update(
        # Memory-mapped reads make wide scans a third cheaper.
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=268435456;",
        transaction_mode="IMMEDIATE",
        timeout=20,
    )
elif "postgresql" in database["ENGINE"]:
    # Each thread of a process can have a connection from the pool, which checks it first. "timeout" is how many seconds
    # a connection is waited for, "reconnect_timeout" how long the pool goes on trying to connect by itself.
    database["CONN_HEALTH_CHECKS"] = True
    options["pool"] = {"min_size": 0, "max_size": 4, "timeout": 5, "reconnect_timeout": 5}
    # A broken network is found out within seconds, where nothing is heard and where nothing arrives.
    options.setdefault("connect_timeout", 5)
    options |= {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 10_000}


def cache(name, max_entries):
    """Return the settings of a cache: in the Redis of ``CACHE_URL``, or with so many entries in local memory."""
    if not CACHE_URL:
        options = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
        return options | {"KEY_PREFIX": name, "OPTIONS": {"MAX_ENTRIES": max_entries}}
    options = {
        "serializer": "policeapp.caching.backends.JSONSerializer",
        "socket_connect_timeout": 0.5,
        "socket_timeout": 0.5,
    }
    return {
        "BACKEND": "policeapp.caching.backends.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": name,
        "OPTIONS": options,
    }


# Counts of searches are in the default cache. An entry takes less than 1 KB, so these are 10 MB at most.
CACHES = {"default": cache("default", 10_000), "pages": cache("pages", PAGE_CACHE_ENTRIES)}
if not PAGE_CACHE_ENTRIES:
    CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Signing in: after so many failures of an account from an address, or five times as many from the address alone,
# nobody may from there until this time has passed; see accounts/lockout.py. Nothing is kept of who has signed in.

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_HANDLER = "policeapp.accounts.lockout.Handler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_USERNAME_CALLABLE = "policeapp.accounts.lockout.name_of"
AXES_CLIENT_IP_CALLABLE = "policeapp.accounts.lockout.address_of"
AXES_LOCKOUT_CALLABLE = "policeapp.accounts.lockout.locked_out"
AXES_CLIENT_STR_CALLABLE = "policeapp.accounts.lockout.in_logs"
AXES_RESET_ON_SUCCESS = True
# Who goes on trying while they have to wait does not wait longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken", "next"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# E-mail

vars().update({"EMAIL_TIMEOUT": 10} | {name: value for name, value in email.items() if value is not None})
SENDS_EMAIL = bool(SITE_URL) and not email["EMAIL_BACKEND"].endswith("dummy.EmailBackend")

# Language and time. The site speaks English: looking its words up in an empty catalogue took a fifth of a page's time.
# All are marked for translators; whoever adds a language sets USE_I18N. Openings open and close in their department's
# zone; everything is stored in UTC.

TIME_ZONE = "UTC"
USE_I18N = False

# Files

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Safety

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
# Safe because TrustedProxies drops the header unless a configured proxy sent it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Logs: paths without query strings, messages without e-mail addresses.

LOGGING = to_stderr(LOG_FORMAT, LOG_LEVEL) | {
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # What it says below that is of no use but to its developers.
        "axes": {"level": "WARNING"},
    },
}
