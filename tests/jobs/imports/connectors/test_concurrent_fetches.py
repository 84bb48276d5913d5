"""Two processes run the connectors at the same time, each with its own connection."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from jobs.imports.connectors import runs
from jobs.models import Connector, Job
from tests.factories import make_connector, make_department

from .pages import feed, feed_job
from .website import answer

LISTS = 4


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_fetchers_fetch_each_list_once_and_one_at_a_time_from_a_host(website):
    running, most, start, results = [], [], Barrier(2), []

    def slow_feed(handler):
        running.append(handler.path)
        most.append(len(running))
        body = feed(feed_job(referencenumber=handler.path)).encode()
        answer(handler, 200, {"Content-Length": str(len(body))}, body)
        running.remove(handler.path)

    department = make_department()
    for number in range(LISTS):
        website.pages[f"/{number}.xml"] = slow_feed
        make_connector(department, website.url(f"/{number}.xml"), name=f"List {number}")

    def fetch():
        start.wait(30)
        try:
            results.extend(runs.run_due())
        finally:
            connection.close()

    threads = [Thread(target=fetch) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    runs.run_due()  # those whose host was busy
    assert [problem for _connector, problem in results] == [""] * len(results)
    assert sorted(website.paths()) == [f"/{number}.xml" for number in range(LISTS)]
    assert max(most) == 1
    assert Job.objects.count() == LISTS and not Connector.objects.exclude(claimed_at=None).exists()
