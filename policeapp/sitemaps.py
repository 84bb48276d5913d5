"""What search engines are told to read: published departments and real open openings, never a sample."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from departments.models import Department
from jobs.models import Job


class Pages(Sitemap):
    def items(self):
        return ["home", "directory", "jobs"]

    def location(self, name):
        return reverse(name)


class Departments(Sitemap):
    def items(self):
        return Department.objects.published().only("state", "slug", "modified").order_by("pk")

    def lastmod(self, department):
        return department.modified


class Openings(Sitemap):
    def items(self):
        return Job.objects.open().real().only("slug", "modified").order_by("pk")

    def lastmod(self, job):
        return job.modified


SITEMAPS = {"pages": Pages, "departments": Departments, "openings": Openings}
