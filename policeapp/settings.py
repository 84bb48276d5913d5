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

from .logs import to_stderr

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
    # A copy that the database server keeps up to date, for public pages.
    if env.str("DATABASE_REPLICA_URL", ""):
        DATABASES["replica"] = env.dj_db_url("DATABASE_REPLICA_URL")
    # The most connections that one process has to a PostgreSQL server at a time.
    DATABASE_CONNECTIONS = env.int("DATABASE_CONNECTIONS", 4, validate=validate.Range(min=1))
    # Seconds that a page waits for a PostgreSQL server: for a connection, a lock, the answer to a query.
    DATABASE_TIMEOUT = env.int("DATABASE_TIMEOUT", 5, validate=validate.Range(min=1))
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        # Counts that all processes share, such as those of policeapp.limits.
        "shared": env.dj_cache_url("CACHE_URL", "db://policeapp_cacheentry?max_entries=100000"),
    }
    # Pages for strangers: the memory that a process keeps them in, in megabytes, or a Redis in place of that, and how
    # many seconds old one may be that a cache in front of the site has kept.
    PAGE_CACHE_MB = env.int("PAGE_CACHE_MB", 0 if DEBUG else 32, validate=validate.Range(min=0))
    if env.str("PAGE_CACHE_URL", ""):
        CACHES["pages"] = env.dj_cache_url("PAGE_CACHE_URL")
    PROXY_SECONDS = env.int("PROXY_SECONDS", 0, validate=validate.Range(0, 3600))
    # The folder of pg_dump, pg_restore and psql, where it is not Debian's and not in PATH.
    POSTGRES_BIN = env.str("POSTGRES_BIN", "")
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
    "django_cleanup",
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
    "policeapp.middleware.TrustedProxies",
    "policeapp.watching.WatchRequests",
    "policeapp.page_cache.PageCache",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_http_compression.middleware.HttpCompressionMiddleware",
    "policeapp.unavailable.Unavailable",
    "csp.middleware.CSPMiddleware",
    "policeapp.middleware.permissions_policy",
    "policeapp.routers.ReadFromReplica",
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
FORM_RENDERER = "policeapp.forms.SiteRenderer"

# Data

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "policeapp.User"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

for database in DATABASES.values():
    options = database.setdefault("OPTIONS", {})
    if "sqlite" in database["ENGINE"]:
        # Readers and a writer side by side; a writer takes its lock at once and waits its turn for it.
        database["ENGINE"], database["CONN_MAX_AGE"] = "policeapp.sqlite", 60
        options.update(
            init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            transaction_mode="IMMEDIATE",
            timeout=20,
        )
    elif "postgresql" in database["ENGINE"]:
        # The threads of a process share a pool of connections, which are looked at before they are given out.
        database["ENGINE"], database["CONN_HEALTH_CHECKS"] = "policeapp.postgresql", True
        options["pool"] = {
            "min_size": 0,
            "max_size": DATABASE_CONNECTIONS,
            # Seconds: how long a connection is waited for, and tried again where the server is away.
            "timeout": 5,
            "reconnect_timeout": 5,
        }
        # A network that is gone is found out within seconds, where nothing is heard and where nothing arrives.
        options.setdefault("connect_timeout", 5)
        options |= {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 10_000}

if "replica" in DATABASES:
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["policeapp.routers.ReplicaRouter"]

for cache in CACHES.values():
    if cache["BACKEND"].endswith(".RedisCache"):
        # Seconds: what it is asked can be done without, and no page is to wait for long.
        patience = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
        cache["OPTIONS"] = patience | cache.get("OPTIONS", {})

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
# nobody may from there until this time has passed; see policeapp.lockout. Nothing is kept of who has signed in.

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_HANDLER = "policeapp.lockout.Handler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_USERNAME_CALLABLE = "policeapp.lockout.name_of"
AXES_CLIENT_IP_CALLABLE = "policeapp.lockout.address_of"
AXES_LOCKOUT_CALLABLE = "policeapp.lockout.locked_out"
AXES_CLIENT_STR_CALLABLE = "policeapp.lockout.in_logs"
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
