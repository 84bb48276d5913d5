"""Django's PostgreSQL, for a site that goes on answering while its database is away: the ENGINE of such databases.

:mod:`policeapp.postgresql.base` is what Django looks for; ``answer_within`` is for processes that serve requests.
"""

from django.conf import settings


def answer_within(seconds):
    """Whatever this process asks of PostgreSQL, it has an answer or an ``OperationalError`` after so many seconds (one
    more where the server says nothing at all). To be called before the first connection.

    Commands do without: an import or a migration may take its time.
    """
    limits = {
        "statement_timeout": seconds,
        # A transaction whose process has stopped in the midst of it holds up nobody for ever.
        "idle_in_transaction_session_timeout": 6 * seconds,
    }
    asked = " ".join(f"-c {name}={1000 * value}" for name, value in limits.items())
    for database in settings.DATABASES.values():
        if database["ENGINE"] == __name__:
            from .base import Connection

            Connection.patience = seconds + 1
            options = database["OPTIONS"]
            options["options"] = f"{options.get('options', '')} {asked}".strip()
            options["pool"]["timeout"] = min(seconds, options["pool"]["timeout"])
