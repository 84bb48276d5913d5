"""What a browser makes of the structured data of a page: it runs nothing, and reads them as they were written.

That the policy of the site has nothing against them is seen by ``visit``, which fails for any violation.
"""

import json

import pytest

from ..factories import make_department, make_job

SCRIPTS = "() => [...document.querySelectorAll('script[type=\"application/ld+json\"]')].map(script => script.text)"
PARSED = "() => [...document.querySelectorAll('script[type=\"application/ld+json\"]')].map(s => JSON.parse(s.text))"
# Whatever would run sets a mark; whatever the policy forbids is noted, reported or not.
WATCH = """
    window.alert = window.marked = words => { window.ran = true };
    window.forbidden = [];
    document.addEventListener("securitypolicyviolation", event => window.forbidden.push(event.violatedDirective));
"""
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script> </script> --> <img src=x onerror=marked(1)>",
    "]]> \u2028\u2029 \"quoted\" 'once' \\ &lt;/script&gt; \\u003C/script\\u003E <!--",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(visit, words):
    department = make_department(
        words, slug="hostile", county="Fairfield", street1=words, at=(41.1, -73.4), website="https://a.example/?<&>"
    )
    job = make_job(department, words, description=words, requirements=words, external_id=words)
    page = visit()
    page.add_init_script(WATCH)
    for path, kinds in (
        (department.get_absolute_url(), ["GovernmentOrganization", "BreadcrumbList"]),
        (job.get_absolute_url(), ["JobPosting", "BreadcrumbList"]),
    ):
        assert page.goto(path).status == 200
        assert page.evaluate("[window.ran, window.forbidden]") == [None, []]
        # Nothing was torn: as many elements as there are nodes, and no other script or image than the pages' own.
        scripts = page.evaluate(SCRIPTS)
        nodes = page.evaluate(PARSED)
        assert [node["@type"] for node in nodes] == kinds
        assert nodes == [json.loads(script) for script in scripts]
        assert page.locator("script").count() == len(scripts)
        assert nodes[0].get("name", nodes[0].get("title")) == words
        assert nodes[1]["itemListElement"][-1]["name"] == words
        place = nodes[0].get("location", nodes[0].get("jobLocation"))
        assert place["address"]["streetAddress"] == words
        assert page.title().startswith(" ".join(words.split()))
        assert page.locator("meta[property='og:title']").get_attribute("content").startswith(" ".join(words.split()))
