"""Create an administrator who sets their own password."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ...accounts.emails import password_link
from ...accounts.models import User


class Command(BaseCommand):
    help = "Create an administrator and print the link that sets their password. If the account exists, print the link."

    def add_arguments(self, parser):
        parser.add_argument("email", nargs="?", help="the email address to sign in with; asked for if it is missing")

    def handle(self, **options):
        email = options["email"] or input("Email address: ")
        try:
            user = User.objects.find(email)
            is_new = user is None
            user = user or User.objects.create_superuser(email)
        except ValidationError as error:
            raise CommandError(f"{email}: {' '.join(error.messages)}") from None
        if not user.is_active or not user.is_superuser:
            raise CommandError(f"{user.email} already has an account that is not an active administrator's.")
        self.stdout.write(f"{user.email} is {'now' if is_new else 'already'} an administrator.")
        self.stdout.write("Open this link within four hours to set the password. It works once:")
        self.stdout.write(password_link(user))
