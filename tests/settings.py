"""The production settings, except for secrets, HTTPS, email and directories for files."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

files = Path(tempfile.mkdtemp(prefix="policeapp-tests-"))
atexit.register(shutil.rmtree, files, ignore_errors=True)
# Test workers inherit the directory from the process that collected the static files.
static = os.environ.setdefault("TESTS_STATIC_ROOT", str(files / "static"))

os.environ.update(
    SECRET_KEY="only-for-tests-" + "0123456789abcdef" * 4,
    DEBUG="0",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    HTTPS="0",
    REQUIRE_SECOND_FACTOR="0",
    SITE_URL="https://police.example.org",
    EMAIL_URL="memory:",
    DEFAULT_FROM_EMAIL="PoliceApp <alerts@police.example.org>",
    TRUSTED_PROXIES="",
    CACHE_URL="",
    UNCACHED_PAGE_LIMIT="0",
    MEDIA_ROOT=str(files / "media"),
    STATIC_ROOT=static,
    LOG_FORMAT="json",
    METRICS_ALLOWED="",
    ERROR_REPORTS_DSN="",
)

from policeapp.settings import *  # noqa: E402, F403

# A test may end in the next period of 30 seconds.
MFA_TOTP_TOLERANCE = 1
# The production hasher is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
