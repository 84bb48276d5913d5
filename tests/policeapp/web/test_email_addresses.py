"""Email addresses have one form, at a public domain, and one key for each mailbox."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from departments.fields import EmailAddressField
from departments.imports import cleaning
from departments.models import Department
from jobs.models import Job, Subscriber
from policeapp.web.email_addresses import is_our_own, mailbox_key, normalize

VALID = [
    ("jane@example.com", "jane@example.com"),
    ("  Jane.Doe+Jobs@Example.COM ", "Jane.Doe+Jobs@Example.COM"),
    ("o'neil_2@police.example.org", "o'neil_2@police.example.org"),
    ("jane@bücher.de", "jane@xn--bcher-kva.de"),
    ("jane@ｅｘａｍｐｌｅ．ｃｏｍ", "jane@example.com"),
    ("jane@exam\xadple.com", "jane@example.com"),
    ("jane@example.com\u200b", "jane@example.com"),
]
INVALID = [
    *("", "jane", "jane@", "@example.com", "jane@example", "jane@example..com", "jane@example.com.", "jane@-x.com"),
    *("root@localhost", "victim@[127.0.0.1]", "victim@[IPv6:::1]", "victim@127.0.0.1", "victim@example.123"),
    *("jane@city.LOCAL", "jane@city.internal", "jane@city.test", "jane@city.intranet", "jane@1.0.0.127.in-addr.arpa"),
    *('"jane"@example.com', '"jane doe"@example.com', "jane(work)@example.com", "Jane <jane@example.com>"),
    *(
        "ja\xadne@example.com",
        "ｊａｎｅ@example.com",
        "jané@example.com",
        "\u212aim@example.com",
        "ja\u200bne@example.com",
    ),
    *("jane@example.com\nBcc: x@example.com", "ja\nne@example.com", "jane@example.com\0", "jane@exa mple.com"),
    *("a" * 65 + "@example.com", "jane@" + "a" * 64 + ".com", "jane@" + "a." * 130 + "com", "a" * 100_000 + "@x.com"),
    *("a@b@example.com", "jane@\udcffexample.com", "jane@" + "ü" * 100_000 + ".com", ".jane@example.com"),
]


@pytest.mark.parametrize(("typed", "sent"), VALID)
def test_an_address_is_normalized_to_what_is_sent(typed, sent):
    assert normalize(typed) == cleaning.email(typed) == sent


@pytest.mark.parametrize("typed", INVALID, ids=lambda typed: ascii(typed[:40]))
def test_what_is_no_plain_address_at_a_public_domain_is_refused(typed):
    with pytest.raises(ValidationError, match="Enter a valid email address."):
        normalize(typed)
    if typed:
        with pytest.raises(ValueError, match="is not an email address"):
            cleaning.email(typed)


@given(st.one_of(st.text(), st.from_regex(r"[^@]{1,9}@[^@]{1,9}\.(com|de)", fullmatch=True)))
def test_any_text_is_refused_or_becomes_ascii_that_stays_the_same(typed):
    try:
        address = normalize(typed)
    except ValidationError:
        return
    assert address.isascii() and address.isprintable() and " " not in address
    assert normalize(address) == address


@pytest.mark.parametrize("other", ["JANE.DOE@example.com", "jane.doe+police@example.com", "janedoe+a+b@example.com"])
def test_a_tag_dots_and_case_do_not_make_another_mailbox(other):
    assert mailbox_key(other) == mailbox_key("jane.doe@example.com") == "janedoe@example.com"


def test_both_names_of_a_mail_service_are_one_mailbox():
    assert mailbox_key("Jane.Doe+police@googlemail.com") == mailbox_key("janedoe@gmail.com")


def test_other_names_and_domains_are_other_mailboxes():
    keys = {mailbox_key(address) for address in ("jane@example.com", "joe@example.com", "jane@mail.example.com")}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("alerts@police.example.org", True),
        ("Alerts+x@police.example.org", True),
        ("MAILER-DAEMON@police.example.org", True),
        ("postmaster@police.example.org", True),
        ("postmaster@example.com", False),
        ("chief@police.example.org", False),
        ("alerts@example.org", False),
    ],
)
def test_it_knows_our_own_addresses(address, own):
    assert is_our_own(address) == own


def test_every_email_field_uses_this_form():
    fields = [model._meta.get_field(name) for model, name in
              ((Department, "email"), (Job, "apply_email"), (Subscriber, "email"))]  # fmt: skip
    for field in fields:
        assert isinstance(field, EmailAddressField)
        assert field.formfield().clean(" Desk@Example.COM ") == "Desk@Example.COM"
        for clean in (field.formfield().clean, lambda text, field=field: field.clean(text, None)):
            with pytest.raises(ValidationError):
                clean("desk@[127.0.0.1]")
