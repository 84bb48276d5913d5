"""The settings, read from environment variables. A missing or invalid value raises ImproperlyConfigured.

deploy/README.md lists the variables, with the comments of this file: run `make docs` after a change.
"""

import re
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured, ValidationError
from environs import Env, EnvError, validate

from .database.private_files import PrivateConnection
from .operations.logs import logging_config
from .web.email_addresses import normalize as normalize_email

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()


def list_setting(name, default=()):
    """Return the parts of a comma-separated setting, stripped."""
    return [stripped for part in env.list(name, list(default)) if (stripped := part.strip())]


try:
    # Show errors with code and settings. For developers only.
    DEBUG = env.bool("DEBUG", False)
    # Signs sessions, forms and links in emails. Required; long, random and secret.
    SECRET_KEY = env.str("SECRET_KEY", "")
    # Former secret keys, separated by commas: what they signed stays valid. New signatures use SECRET_KEY.
    SECRET_KEY_FALLBACKS = list_setting("SECRET_KEY_FALLBACKS")
    # The host names of the site, separated by commas. Required.
    ALLOWED_HOSTS = list_setting("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
    # The database, such as postgres://user:password@host/name.
    DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
    # How many seconds a page waits for PostgreSQL: for a lock or for the result of a query.
    DATABASE_TIMEOUT = env.int("DATABASE_TIMEOUT", 5, validate=validate.Range(min=1))
    # A Redis that all processes share. Without it, each process has a cache in its own memory.
    CACHE_URL = env.str("CACHE_URL", "")
    # How many public pages a process caches in its memory. A compressed page is about 10 KB, so 1,000 pages are 10 MB,
    # or up to 100 MB if all are uncompressed. 0 turns the page cache off, in Redis too.
    PAGE_CACHE_ENTRIES = env.int("PAGE_CACHE_ENTRIES", 0 if DEBUG else 1000, validate=validate.Range(min=0))
    # How many seconds a cache in front of the site may store a page.
    PROXY_SECONDS = env.int("PROXY_SECONDS", 0, validate=validate.Range(0, 3600))
    # The folder of uploaded logos.
    MEDIA_ROOT = env.path("MEDIA_ROOT", BASE_DIR / "media")
    # The folder where collectstatic puts static files.
    STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
    # IP addresses or networks of the proxies whose X-Forwarded-* headers are trusted; "unix" for a Unix socket.
    TRUSTED_PROXIES = list_setting("TRUSTED_PROXIES")
    # Redirect to HTTPS, send HSTS, and send cookies over HTTPS only.
    HTTPS = env.bool("HTTPS", not DEBUG)
    # Tell browsers to use HTTPS for all names below the site's name, too. They remember it for a year.
    HSTS_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
    # Allow browsers to build HTTPS for the site into their lists (hstspreload.org), which is hard to undo.
    HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
    # The URL of the site: https://police.example.org. Required. Links in emails and feeds and canonical URLs start with
    # it, whatever host name the visitor uses.
    SITE_URL = env.str("SITE_URL", "http://localhost:8000" if DEBUG else "").rstrip("/")
    # The mail server, such as submission://user:password@mail.example.org (port 587, STARTTLS) or smtp://localhost.
    # Without it, no email is sent.
    email = env.dj_email_url("EMAIL_URL", "console:" if DEBUG else "dummy:")
    host = urlsplit(SITE_URL).hostname
    # The sender of emails, and where delivery reports go.
    DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"PoliceApp <alerts@{host}>")
    # Administrators can do nothing until they have set up a passkey or an authenticator app.
    REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", not DEBUG)
    # DEBUG, INFO, WARNING or ERROR.
    LOG_LEVEL = env.log_level("LOG_LEVEL", "INFO")
    # "json" for lines of JSON, "text" for people.
    LOG_FORMAT = env.str("LOG_FORMAT", "text" if DEBUG else "json", validate=validate.OneOf(["text", "json"]))
    # IP addresses or networks that can read /metrics.
    METRICS_ALLOWED = list_setting("METRICS_ALLOWED")
    # The service that receives error reports; "" for none.
    ERROR_REPORTS_DSN = env.str("ERROR_REPORTS_DSN", "")
    # The maximum number of requests of a client in a minute that the page cache does not answer; 0 for no limit. The
    # admin, static files, logos and health checks are not counted.
    UNCACHED_PAGE_LIMIT = env.int("UNCACHED_PAGE_LIMIT", 300, validate=validate.Range(min=0))
    # Where visitors can write about their data, accessibility and security problems (security.txt).
    CONTACT_EMAIL = env.str("CONTACT_EMAIL", "")
    # The email address that is registered at developer.usajobs.gov. It is needed to fetch jobs from USAJOBS.
    USAJOBS_EMAIL = env.str("USAJOBS_EMAIL", "")
    # The key that USAJOBS gave to this address. Secret.
    USAJOBS_KEY = env.str("USAJOBS_KEY", "")
except EnvError as error:
    # Without the cause, because its message may contain a part of a password.
    raise ImproperlyConfigured(str(error)) from None
except ValueError:
    raise ImproperlyConfigured("DATABASE_URL or EMAIL_URL is not a URL") from None

for name in ("TRUSTED_PROXIES", "METRICS_ALLOWED"):
    try:
        [ip_network(part, strict=False) for part in globals()[name] if part != "unix"]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must contain IP addresses or networks: {error}") from None

if CACHE_URL and not re.fullmatch(r"rediss?://([^/?#@\s]*@)?[^/?#@:\s]+(:\d+)?(/\S*)?|unix://\S+", CACHE_URL):
    raise ImproperlyConfigured("CACHE_URL must be like redis://:password@cache.example.org/0")
if "EMAIL_BACKEND" not in email:
    raise ImproperlyConfigured("EMAIL_URL must be like submission://user:password@mail.example.org")
if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(DEFAULT_FROM_EMAIL)[1]):
    raise ImproperlyConfigured("DEFAULT_FROM_EMAIL must be like PoliceApp <alerts@police.example.org>")
if ERROR_REPORTS_DSN and not re.fullmatch(r"https?://\w+@[^/?#@\s]+/(\S+/)?\d+", ERROR_REPORTS_DSN):
    raise ImproperlyConfigured("ERROR_REPORTS_DSN must be like https://key@errors.example.org/1")
try:
    CONTACT_EMAIL = normalize_email(CONTACT_EMAIL) if CONTACT_EMAIL else ""
except ValidationError:
    raise ImproperlyConfigured("CONTACT_EMAIL must be like office@police.example.org") from None
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to a long random value that nobody else knows; "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))' prints one."
    )
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set. Set it to the host names of the site, separated by commas: police.example.org"
    )
if not re.fullmatch(r"https?://[^/?#@:\s]+(:\d+)?", SITE_URL):
    problem = "must be like" if SITE_URL else "is not set. Set it to the URL of the site:"
    raise ImproperlyConfigured(f"SITE_URL {problem} https://police.example.org")

# Application

INSTALLED_APPS = [
    "policeapp",
    "departments",
    "jobs",
    "policeapp.apps.StaffAdminConfig",
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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "policeapp.web.middleware.TrustedProxies",
    "policeapp.operations.request_ids.RequestMonitor",
    "policeapp.web.api.api_responses",
    "policeapp.database.unavailable.DatabaseUnavailable",
    "django.middleware.security.SecurityMiddleware",
    "policeapp.caching.middleware.PageCache",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_http_compression.middleware.HttpCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "policeapp.web.middleware.permissions_policy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "policeapp.operations.rate_limits.limit_uncached",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Before CsrfViewMiddleware reads a form, which it does when Django enters the view.
    "policeapp.web.middleware.limit_bodies",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "policeapp.accounts.middleware.AccountSession",
    "axes.middleware.AxesMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
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
LOGIN_REDIRECT_URL = "admin:index"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
# Nothing looks for historical rows by date, apart from deletions, which have an index of their own.
SIMPLE_HISTORY_DATE_INDEX = False

database = DATABASES["default"]
options = database.setdefault("OPTIONS", {})
if "sqlite" in database["ENGINE"]:
    # WAL lets people read during a write. A writer locks the database at once, and waits up to 20 seconds for the lock.
    database["CONN_MAX_AGE"] = 60
    options.update(
        # Memory-mapped reads make wide scans a third cheaper.
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=268435456;",
        transaction_mode="IMMEDIATE",
        timeout=20,
        factory=PrivateConnection,
    )
elif "postgresql" in database["ENGINE"]:
    # The pool has a connection for each thread of a process, and checks it before use. "timeout" is how many seconds a
    # thread waits for a connection, "reconnect_timeout" how long the pool tries to reconnect by itself.
    database["CONN_HEALTH_CHECKS"] = True
    options["pool"] = {"min_size": 0, "max_size": 4, "timeout": 5, "reconnect_timeout": 5}
    # Detect a broken network within seconds, while waiting and while sending.
    options.setdefault("connect_timeout", 5)
    options |= {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 10_000}


def cache(name, max_entries):
    """Return the settings of a cache: in the Redis of ``CACHE_URL``, or in local memory with up to ``max_entries``."""
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


# The default cache has the counts of uncached requests. An entry is smaller than 1 KB, so 10,000 are at most 10 MB.
CACHES = {"default": cache("default", 10_000), "pages": cache("pages", PAGE_CACHE_ENTRIES)}
if not PAGE_CACHE_ENTRIES:
    CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}

# Accounts; see accounts/README.md.

LOGIN_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "policeapp.accounts.validators.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "policeapp.accounts.validators.ContextWordsValidator"},
]
# Seconds. Links that set a password work once, for four hours. A session ends two hours after the last request, and 12
# hours after signing in. Who changes what gives rights has signed in, or confirmed who they are, within 15 minutes.
PASSWORD_RESET_TIMEOUT = 4 * 3600
SESSION_COOKIE_AGE = 2 * 3600
SESSION_MAX_AGE = 12 * 3600
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60

ACCOUNT_ADAPTER = "policeapp.accounts.adapter.AccountAdapter"
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "policeapp.accounts.forms.SignInForm",
    "change_password": "policeapp.accounts.forms.ChangePasswordForm",  # nosec B105
    "reauthenticate": "policeapp.accounts.forms.ReauthenticateForm",
    "reset_password": "policeapp.accounts.forms.ResetPasswordForm",  # nosec B105
    "reset_password_from_key": "policeapp.accounts.forms.SetPasswordForm",  # nosec B105
}
ACCOUNT_LOGIN_METHODS = {"email"}
# Off, because a limit per account lets anybody lock out its owner: accounts/lockout.py and django-axes count failures.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "reset_password": None}  # nosec B105
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "policeapp.accounts.emails.PasswordTokens"  # nosec B105
ACCOUNT_SESSION_REMEMBER = True
# Nobody signs up, but a check of django-allauth wants the login name among these.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_ADAPTER = "policeapp.accounts.adapter.MFAAdapter"
# Nobody signs up, so there are no addresses to verify.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "activate_totp": "policeapp.accounts.forms.AddAppForm",
    "add_webauthn": "policeapp.accounts.forms.AddPasskeyForm",
    "authenticate": "policeapp.accounts.forms.AuthenticateForm",
    "login_webauthn": "policeapp.accounts.forms.PasskeySignInForm",
    "reauthenticate": "policeapp.accounts.forms.ReauthenticateByCodeForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# The name of the site in authenticator apps and passkeys.
MFA_TOTP_ISSUER = "PoliceApp"
# Browsers offer passkeys without HTTPS only on localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

# Sign-in: after this many failures for an account from an IP address, or five times as many from the IP address, nobody
# can sign in from there for this time; see accounts/lockout.py. Successful sign-ins are not logged.

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_HANDLER = "policeapp.accounts.lockout.Handler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_USERNAME_CALLABLE = "policeapp.accounts.lockout.get_username"
AXES_CLIENT_IP_CALLABLE = "policeapp.accounts.lockout.get_client_ip"
AXES_LOCKOUT_CALLABLE = "policeapp.accounts.lockout.locked_out"
AXES_CLIENT_STR_CALLABLE = "policeapp.accounts.lockout.format_for_log"
AXES_RESET_ON_SUCCESS = True
# Trying again during a lockout does not extend it.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_SENSITIVE_PARAMETERS = ["login", "oldpassword", "csrfmiddlewaretoken", "next"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Email

vars().update({"EMAIL_TIMEOUT": 10} | {name: value for name, value in email.items() if value is not None})
SENDS_EMAIL = not email["EMAIL_BACKEND"].endswith("dummy.EmailBackend")

# Language and time. The site is in English; looking up each text in an empty catalog took a fifth of a page's time. All
# texts are marked for translation: set USE_I18N when you add a language. Times are stored in UTC, and openings open and
# close in the time zone of their department. The admin shows times in that zone, and in TIME_ZONE without a department.

TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "policeapp.formats"

# Files

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
STORAGES = {
    # The site serves the logos itself, so other users of the machine need not read them.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o640, "directory_permissions_mode": 0o750},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Security

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
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and HSTS_SUBDOMAINS
SECURE_HSTS_PRELOAD = HTTPS and HSTS_PRELOAD
# Only the owner of the domain can know whether all its names use HTTPS, so checks don't ask for these two.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = HTTPS
# Only the admin has users. Messages are stored in the session, because their own cookie would have the path "/".
SESSION_COOKIE_PATH = "/admin/"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "policeapp.pages.errors.csrf_failure"
# Safe because TrustedProxies drops the header unless a configured proxy sent it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Logs: without query strings and email addresses.

LOGGING = logging_config(LOG_FORMAT, LOG_LEVEL) | {
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # Its other messages help only the developers of django-axes.
        "axes": {"level": "WARNING"},
    },
}
