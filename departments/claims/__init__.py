"""A department's way to its page: claims by people who work there, and invitations to edit."""
