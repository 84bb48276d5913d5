"""Structured data with hostile text, in a browser: nothing runs, and the browser reads the same JSON.

``visit`` fails the test for any violation of the content security policy.
"""

import json

import pytest

from ..factories import make_department, make_job

SCRIPTS = "() => [...document.querySelectorAll('script[type=\"application/ld+json\"]')].map(script => script.text)"
PARSED = "() => [...document.querySelectorAll('script[type=\"application/ld+json\"]')].map(s => JSON.parse(s.text))"
# Records scripts that run, and violations of the content security policy.
WATCH = """
    window.alert = window.marked = () => { window.ran = true };
    window.forbidden = [];
    document.addEventListener("securitypolicyviolation", event => window.forbidden.push(event.violatedDirective));
"""
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script> </script> --> <img src=x onerror=marked(1)>",
    "]]> \u2028\u2029 \"quoted\" 'once' \\ &lt;/script&gt; \\u003C/script\\u003E <!--",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_not_run(visit, text):
    department = make_department(
        text, slug="hostile", county="Fairfield", street1=text, at=(41.1, -73.4), website="https://a.example/?<&>"
    )
    job = make_job(department, text, description=text, requirements=text, external_id=text)
    page = visit()
    page.add_init_script(WATCH)
    for path, kinds in (
        (department.get_absolute_url(), ["GovernmentOrganization", "BreadcrumbList"]),
        (job.get_absolute_url(), ["JobPosting", "BreadcrumbList"]),
    ):
        assert page.goto(path).status == 200
        assert page.evaluate("[window.ran, window.forbidden]") == [None, []]
        # The text closed no element: there are as many scripts as nodes.
        scripts = page.evaluate(SCRIPTS)
        nodes = page.evaluate(PARSED)
        assert [node["@type"] for node in nodes] == kinds
        assert nodes == [json.loads(script) for script in scripts]
        assert page.locator("script").count() == len(scripts)
        assert nodes[0].get("name", nodes[0].get("title")) == text
        assert nodes[1]["itemListElement"][-1]["name"] == text
        place = nodes[0].get("location", nodes[0].get("jobLocation"))
        assert place["address"]["streetAddress"] == text
        assert page.title().startswith(" ".join(text.split()))
        assert page.locator("meta[property='og:title']").get_attribute("content").startswith(" ".join(text.split()))
