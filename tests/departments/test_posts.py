"""Posts, such as the barracks of a state police, and their headquarters."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tests.factories import make_department, make_place, text_of

pytestmark = pytest.mark.django_db

POST = "Indiana State Police, Greene County"


@pytest.fixture
def force():
    return make_department("Indiana State Police", kind="state_police", state="IN", city="", county="Marion")


@pytest.fixture
def post(force):
    return make_department(
        POST, kind="state_police", state="IN", city="Gary", county="Greene", parent=force, at=(41.59, -87.35)
    )


@pytest.mark.parametrize(
    "url", ["/departments/", "/departments/in/", "/departments/a-to-z/i/", "/departments/?state=IN&sort=population"]
)
def test_lists_show_the_headquarters_and_not_the_post(client, post, url):
    text = text_of(client.get(url))
    assert "Indiana State Police" in text and POST not in text


def test_a_search_for_a_place_leaves_out_posts(client, post):
    make_place("Gary", "IN", zip="46402", at=(41.6, -87.34))
    make_department("Gary Police", state="IN", city="Gary", at=(41.6, -87.34))
    text = text_of(client.get("/departments/?q=46402"))
    assert "Gary Police" in text and POST not in text


def test_a_search_by_name_finds_the_post(client, post):
    assert POST in text_of(client.get("/departments/?q=state+police+greene"))


def test_counts_leave_out_posts(client, post):
    assert "Indiana 1 " in text_of(client.get("/departments/"))


def test_suggestions_leave_out_posts(client, post):
    found = client.get("/departments/suggest/?q=indiana state").json()["departments"]
    assert [department["name"] for department in found] == ["Indiana State Police"]


def test_the_profile_of_the_headquarters_links_to_its_posts(client, force, post):
    make_department("Indiana State Police, Secret", kind="state_police", state="IN", parent=force, status="draft")
    response = client.get(force.get_absolute_url())
    assert "Posts and units Greene County" in text_of(response) and "Secret" not in text_of(response)
    assert post.get_absolute_url() in response.content.decode()


def test_the_profile_of_a_post_links_to_its_headquarters(client, force, post):
    response = client.get(post.get_absolute_url())
    assert "Part of the Indiana State Police" in text_of(response)
    assert force.get_absolute_url() in response.content.decode()


def test_the_profile_of_a_post_does_not_link_to_a_draft(client, force, post):
    force.unpublish()
    assert "Part of" not in text_of(client.get(post.get_absolute_url()))


def test_the_sitemap_has_the_post(client, post):
    assert post.get_absolute_url() in client.get("/sitemap-in.xml").content.decode()


def test_deleting_a_headquarters_keeps_its_posts(force, post):
    force.delete()
    post.refresh_from_db()
    assert post.parent is None


def test_a_post_has_no_posts(force, post):
    other = make_department("Another", state="IN", parent=post)
    with pytest.raises(ValidationError, match="can't be a post"):
        other.full_clean()
    force.parent = make_department("A third", state="IN")
    with pytest.raises(ValidationError, match="can't be a post"):
        force.full_clean()


def test_a_department_is_not_its_own_headquarters(force):
    force.parent = force
    with pytest.raises(IntegrityError):
        force.save()
