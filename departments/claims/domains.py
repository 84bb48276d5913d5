"""Whether an email address belongs to a department: its domain is that of the website on the profile."""

import re

from ..geo.states import STATES
from ..models.kinds import WebsiteKind

# Hosts that many organizations share, so an address there proves nothing: mailboxes, providers, social networks and
# builders of websites.
SHARED_HOSTS = frozenset(
    """
    aol.com att.net bellsouth.net blogspot.com catapultcms.com centurylink.net charter.net civicplus.com comcast.net
    cox.net edlio.com edlioschool.com facebook.com frontier.com frontiernet.net github.io gmail.com godaddysites.com
    google.com googlemail.com govoffice.com govoffice2.com hotmail.com icloud.com instagram.com linkedin.com
    live.com mail.com me.com mediacombb.net microsoft.com msn.com municode.com myfreesites.net netlify.app
    nextdoor.com outlook.com proton.me protonmail.com revize.com sbcglobal.net schoolblocks.com sharepoint.com
    sheriffsite.com sites.google.com spectrum.net squarespace.com townweb.com tripod.com twitter.com verizon.net
    weebly.com windstream.net wix.com wixsite.com wordpress.com x.com yahoo.com yolasite.com youtube.com zoho.com
    """.split()
)
# The governments of states, whose employees work for hundreds of agencies: ct.gov, texas.gov, state.mn.us, mn.us.
STATE_HOSTS = {"mass.gov"} | {
    host
    for code, state in STATES.items()
    for host in (
        f"{code.lower()}.gov",
        f"{state.name.lower().replace(' ', '')}.gov",
        f"state.{code.lower()}.us",
        f"{code.lower()}.us",
    )
}
# Anybody in a town can have a name below that of the town: westport.ct.us is not the town's, ci.westport.ct.us is.
LOCALITY = re.compile(r"[^.]+\.[a-z]{2}\.us")


def proof_of(department, email):
    """Return the ``WebsiteKind`` whose website has the domain of the address, or "" if it proves nothing.

    The domain must be the website's host without "www.", or below it. A website of a government counts only in .gov,
    where the federal registry checks the owner. One without a kind may be a government's if it is in .gov, and is the
    department's own elsewhere.
    """
    host, domain = department.website_host.lower().rstrip("."), email.rpartition("@")[2].lower()
    is_in_gov = host.endswith(".gov")
    kind = department.website_kind or (WebsiteKind.PARENT_GOVERNMENT if is_in_gov else WebsiteKind.AGENCY)
    is_known = kind == WebsiteKind.AGENCY or (kind == WebsiteKind.PARENT_GOVERNMENT and is_in_gov)
    if not is_known or not _is_of_one_owner(host):
        return ""
    return kind if f".{domain}".endswith(f".{host}") else ""


def _is_of_one_owner(host):
    if host.count(".") < 1 or host in STATE_HOSTS or LOCALITY.fullmatch(host):
        return False
    return not any(host == shared or host.endswith(f".{shared}") for shared in SHARED_HOSTS)
