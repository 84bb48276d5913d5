"""Email alerts about new openings: subscribers, matching, the outbox, emails and bounces."""
