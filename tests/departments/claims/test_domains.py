"""Which email addresses prove that somebody works for a department."""

import pytest

from departments.claims.domains import proof_of
from departments.models import Department

OWN, GOVERNMENT, INSTITUTION = "agency", "parent_government", "institution"


@pytest.mark.parametrize(
    ("website", "kind", "email", "proof"),
    [
        ("https://www.westportpd.example/", OWN, "ann@westportpd.example", OWN),
        ("https://westportpd.example/contact", "", "ann@mail.westportpd.example", OWN),
        ("https://WWW.WestportPD.example", OWN, "ann@WestportPD.example", OWN),
        ("https://www.westportct.gov/police", GOVERNMENT, "ann@westportct.gov", GOVERNMENT),
        ("https://www.westportct.gov/police", GOVERNMENT, "ann@police.westportct.gov", GOVERNMENT),
        # Another domain that ends, begins or looks like it.
        ("https://westportpd.example", OWN, "ann@notwestportpd.example", ""),
        ("https://westportpd.example", OWN, "ann@westportpd.example.evil.example", ""),
        ("https://police.westportct.gov", OWN, "ann@westportct.gov", ""),
        ("https://westportpd.example", OWN, "westportpd.example@evil.example", ""),
        # A government's website outside of .gov, and those of universities.
        ("https://www.westport.example", GOVERNMENT, "ann@westport.example", ""),
        ("https://police.yale.edu", INSTITUTION, "ann@police.yale.edu", ""),
        # Domains that many share.
        ("https://gmail.com", OWN, "ann@gmail.com", ""),
        ("https://sites.google.com/westport", OWN, "ann@google.com", ""),
        ("https://sites.google.com/westport", OWN, "ann@sites.google.com", ""),
        ("https://www.facebook.com/westportpd", OWN, "ann@facebook.com", ""),
        ("https://westportpd.wordpress.com", OWN, "ann@westportpd.wordpress.com", ""),
        ("https://www.edlio.com/westport", OWN, "ann@edlio.com", ""),
        # A state's domain, and a public suffix.
        ("https://ct.gov/westport", OWN, "ann@ct.gov", ""),
        ("https://www.ct.gov/westport", GOVERNMENT, "ann@dot.ct.gov", ""),
        ("https://texas.gov/police", GOVERNMENT, "ann@dps.texas.gov", ""),
        ("https://state.mn.us/police", OWN, "ann@state.mn.us", ""),
        ("https://mn.us", OWN, "ann@ci.eagan.mn.us", ""),
        # Anybody can have a name below that of a town in .us, but not below the names of its government.
        ("https://www.eagan.mn.us/police", OWN, "ann@eagan.mn.us", ""),
        ("https://eagan.mn.us", OWN, "ann@pizza.eagan.mn.us", ""),
        ("https://police.ci.eagan.mn.us", OWN, "ann@police.ci.eagan.mn.us", OWN),
        # A county's website that nobody has described.
        ("https://www.lakecounty.gov/sheriff", "", "clerk@lakecounty.gov", GOVERNMENT),
        ("https://gov", OWN, "ann@westportct.gov", ""),
        ("", "", "ann@westportct.gov", ""),
    ],
)
def test_the_domain_must_be_that_of_the_website_and_of_one_owner(website, kind, email, proof):
    assert proof_of(Department(website=website, website_kind=kind), email) == proof
