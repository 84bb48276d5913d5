"""To be replaced by the sending half: its ``deliver`` has this signature."""


def deliver(message):
    """Try once to send the message now; it stays in the outbox where that fails. Never raises."""
