import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import departments.fields
import departments.phones
from policeapp.fulltext import AddFullText


class Migration(migrations.Migration):
    # AddFullText creates indexes concurrently, which PostgreSQL doesn't do in a transaction.
    atomic = False
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Department",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "latitude",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-90),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="latitude",
                    ),
                ),
                (
                    "longitude",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-180),
                            django.core.validators.MaxValueValidator(180),
                        ],
                        verbose_name="longitude",
                    ),
                ),
                (
                    "precision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("building", "the building"),
                            ("zip", "the ZIP code"),
                            ("town", "the town"),
                            ("county", "the county"),
                        ],
                        help_text="Left empty, the position is taken from the ZIP code or the town.",
                        max_length=10,
                        verbose_name="precision of the position",
                    ),
                ),
                ("x", models.FloatField(editable=False, null=True)),
                ("y", models.FloatField(editable=False, null=True)),
                ("z", models.FloatField(editable=False, null=True)),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        help_text="Such as America/New_York. Left empty, it is taken from the ZIP code, the town or the state.",
                        max_length=40,
                        validators=[departments.fields.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("sources", models.JSONField(blank=True, default=dict, editable=False, verbose_name="sources")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "name_key",
                    departments.fields.KeyField(editable=False, max_length=250, verbose_name="normalised name"),
                ),
                ("name_core", departments.fields.KeyField(db_default="", default="", editable=False, max_length=250)),
                ("search_text", models.CharField(editable=False, max_length=700, verbose_name="searched text")),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        help_text="The last part of the page's address. Left empty, it is made from the name. When you change it, the old address leads to the new one.",
                        max_length=120,
                        verbose_name="address",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("municipal", "Municipal police"),
                            ("sheriff", "Sheriff"),
                            ("county_police", "County police"),
                            ("state_police", "State police"),
                            ("state_other", "Other state agency"),
                            ("campus", "Campus police"),
                            ("school_district", "School district police"),
                            ("transit_airport_port", "Transit, airport or port police"),
                            ("tribal", "Tribal police"),
                            ("park_wildlife", "Park or wildlife agency"),
                            ("constable_marshal", "Constable or marshal"),
                            ("federal", "Federal agency"),
                            ("other", "Other agency"),
                        ],
                        default="municipal",
                        max_length=24,
                        verbose_name="kind",
                    ),
                ),
                (
                    "ori",
                    models.CharField(
                        blank=True,
                        help_text="Originating Agency Identifier, nine characters, given by the FBI.",
                        max_length=9,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9]{9}\\Z", "An ORI has nine letters or digits: CT0015800."
                            )
                        ],
                        verbose_name="ORI",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("published", "Published"), ("draft", "Draft")],
                        default="draft",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("logo", models.ImageField(blank=True, upload_to="logos/", verbose_name="logo")),
                ("chief_name", models.CharField(blank=True, max_length=120, verbose_name="chief's name")),
                (
                    "chief_title",
                    models.CharField(
                        default="Chief",
                        help_text="Chief, Sheriff, Colonel, Director …",
                        max_length=60,
                        verbose_name="chief's title",
                    ),
                ),
                ("street1", models.CharField(blank=True, max_length=120, verbose_name="street")),
                ("street2", models.CharField(blank=True, max_length=120, verbose_name="street, second line")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                ("city_key", departments.fields.KeyField(db_default="", default="", editable=False, max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("AL", "Alabama"),
                            ("AK", "Alaska"),
                            ("AS", "American Samoa"),
                            ("AZ", "Arizona"),
                            ("AR", "Arkansas"),
                            ("CA", "California"),
                            ("CO", "Colorado"),
                            ("CT", "Connecticut"),
                            ("DE", "Delaware"),
                            ("DC", "District of Columbia"),
                            ("FL", "Florida"),
                            ("GA", "Georgia"),
                            ("GU", "Guam"),
                            ("HI", "Hawaii"),
                            ("ID", "Idaho"),
                            ("IL", "Illinois"),
                            ("IN", "Indiana"),
                            ("IA", "Iowa"),
                            ("KS", "Kansas"),
                            ("KY", "Kentucky"),
                            ("LA", "Louisiana"),
                            ("ME", "Maine"),
                            ("MD", "Maryland"),
                            ("MA", "Massachusetts"),
                            ("MI", "Michigan"),
                            ("MN", "Minnesota"),
                            ("MS", "Mississippi"),
                            ("MO", "Missouri"),
                            ("MT", "Montana"),
                            ("NE", "Nebraska"),
                            ("NV", "Nevada"),
                            ("NH", "New Hampshire"),
                            ("NJ", "New Jersey"),
                            ("NM", "New Mexico"),
                            ("NY", "New York"),
                            ("NC", "North Carolina"),
                            ("ND", "North Dakota"),
                            ("MP", "Northern Mariana Islands"),
                            ("OH", "Ohio"),
                            ("OK", "Oklahoma"),
                            ("OR", "Oregon"),
                            ("PA", "Pennsylvania"),
                            ("PR", "Puerto Rico"),
                            ("RI", "Rhode Island"),
                            ("SC", "South Carolina"),
                            ("SD", "South Dakota"),
                            ("TN", "Tennessee"),
                            ("TX", "Texas"),
                            ("VI", "U.S. Virgin Islands"),
                            ("UT", "Utah"),
                            ("VT", "Vermont"),
                            ("VA", "Virginia"),
                            ("WA", "Washington"),
                            ("WV", "West Virginia"),
                            ("WI", "Wisconsin"),
                            ("WY", "Wyoming"),
                        ],
                        max_length=2,
                        verbose_name="state",
                    ),
                ),
                (
                    "zip",
                    models.CharField(
                        blank=True,
                        max_length=10,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9]{5}(-[0-9]{4})?\\Z", "A ZIP code is 06880 or 06880-1234."
                            )
                        ],
                        verbose_name="ZIP code",
                    ),
                ),
                (
                    "county",
                    models.CharField(
                        blank=True,
                        help_text="Without the word County: Fairfield.",
                        max_length=100,
                        verbose_name="county",
                    ),
                ),
                ("county_slug", models.CharField(blank=True, editable=False, max_length=100)),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        help_text="Not for emergencies.",
                        max_length=40,
                        validators=[departments.phones.validate],
                        verbose_name="phone",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, help_text="Not for emergencies.", max_length=254, verbose_name="e-mail"
                    ),
                ),
                ("website", departments.fields.WebAddressField(blank=True, max_length=300, verbose_name="website")),
                (
                    "sworn_officers",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Sworn officers only, not all employees.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100000)],
                        verbose_name="number of officers",
                    ),
                ),
                (
                    "sworn_year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1900),
                            django.core.validators.MaxValueValidator(2100),
                        ],
                        verbose_name="year of that number",
                    ),
                ),
                (
                    "population",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(400000000)],
                        verbose_name="population served",
                    ),
                ),
                ("size", models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                (
                    "population_year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1900),
                            django.core.validators.MaxValueValidator(2100),
                        ],
                        verbose_name="year of that population",
                    ),
                ),
                (
                    "more_specializations",
                    models.BooleanField(default=False, verbose_name="has more specializations than are listed"),
                ),
                (
                    "about",
                    models.TextField(
                        blank=True,
                        help_text="Markdown: lists, headings, links.",
                        max_length=20000,
                        verbose_name="about",
                    ),
                ),
                (
                    "mission",
                    models.TextField(
                        blank=True, help_text="Markdown.", max_length=20000, verbose_name="mission statement"
                    ),
                ),
                (
                    "mission_is_summary",
                    models.BooleanField(
                        default=False,
                        help_text="Not the department's own words.",
                        verbose_name="the mission is summarised",
                    ),
                ),
                (
                    "special_units_intro",
                    models.TextField(
                        blank=True,
                        help_text="Markdown.",
                        max_length=5000,
                        verbose_name="special services, introduction",
                    ),
                ),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("modified", models.DateTimeField(auto_now=True, verbose_name="modified")),
            ],
            options={
                "verbose_name": "department",
                "verbose_name_plural": "departments",
                "ordering": ["name_key", "pk"],
                "permissions": [("edit_every_department", "Can edit every department")],
            },
        ),
        migrations.CreateModel(
            name="DepartmentSpecialization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
            ],
            options={
                "verbose_name": "specialization",
                "verbose_name_plural": "specializations",
                "ordering": ["order", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Division",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "responsibilities",
                    models.TextField(
                        blank=True, help_text="Markdown.", max_length=5000, verbose_name="responsible for"
                    ),
                ),
            ],
            options={
                "verbose_name": "division",
                "verbose_name_plural": "divisions",
                "ordering": ["order", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FormerAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("AL", "Alabama"),
                            ("AK", "Alaska"),
                            ("AS", "American Samoa"),
                            ("AZ", "Arizona"),
                            ("AR", "Arkansas"),
                            ("CA", "California"),
                            ("CO", "Colorado"),
                            ("CT", "Connecticut"),
                            ("DE", "Delaware"),
                            ("DC", "District of Columbia"),
                            ("FL", "Florida"),
                            ("GA", "Georgia"),
                            ("GU", "Guam"),
                            ("HI", "Hawaii"),
                            ("ID", "Idaho"),
                            ("IL", "Illinois"),
                            ("IN", "Indiana"),
                            ("IA", "Iowa"),
                            ("KS", "Kansas"),
                            ("KY", "Kentucky"),
                            ("LA", "Louisiana"),
                            ("ME", "Maine"),
                            ("MD", "Maryland"),
                            ("MA", "Massachusetts"),
                            ("MI", "Michigan"),
                            ("MN", "Minnesota"),
                            ("MS", "Mississippi"),
                            ("MO", "Missouri"),
                            ("MT", "Montana"),
                            ("NE", "Nebraska"),
                            ("NV", "Nevada"),
                            ("NH", "New Hampshire"),
                            ("NJ", "New Jersey"),
                            ("NM", "New Mexico"),
                            ("NY", "New York"),
                            ("NC", "North Carolina"),
                            ("ND", "North Dakota"),
                            ("MP", "Northern Mariana Islands"),
                            ("OH", "Ohio"),
                            ("OK", "Oklahoma"),
                            ("OR", "Oregon"),
                            ("PA", "Pennsylvania"),
                            ("PR", "Puerto Rico"),
                            ("RI", "Rhode Island"),
                            ("SC", "South Carolina"),
                            ("SD", "South Dakota"),
                            ("TN", "Tennessee"),
                            ("TX", "Texas"),
                            ("VI", "U.S. Virgin Islands"),
                            ("UT", "Utah"),
                            ("VT", "Vermont"),
                            ("VA", "Virginia"),
                            ("WA", "Washington"),
                            ("WV", "West Virginia"),
                            ("WI", "Wisconsin"),
                            ("WY", "Wyoming"),
                        ],
                        max_length=2,
                        verbose_name="state",
                    ),
                ),
                ("slug", models.SlugField(max_length=120, verbose_name="address")),
            ],
            options={
                "verbose_name": "former address",
                "verbose_name_plural": "former addresses",
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("zip", models.CharField(blank=True, max_length=5, verbose_name="ZIP code")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("key", departments.fields.KeyField(max_length=120, verbose_name="normalised name")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("AL", "Alabama"),
                            ("AK", "Alaska"),
                            ("AS", "American Samoa"),
                            ("AZ", "Arizona"),
                            ("AR", "Arkansas"),
                            ("CA", "California"),
                            ("CO", "Colorado"),
                            ("CT", "Connecticut"),
                            ("DE", "Delaware"),
                            ("DC", "District of Columbia"),
                            ("FL", "Florida"),
                            ("GA", "Georgia"),
                            ("GU", "Guam"),
                            ("HI", "Hawaii"),
                            ("ID", "Idaho"),
                            ("IL", "Illinois"),
                            ("IN", "Indiana"),
                            ("IA", "Iowa"),
                            ("KS", "Kansas"),
                            ("KY", "Kentucky"),
                            ("LA", "Louisiana"),
                            ("ME", "Maine"),
                            ("MD", "Maryland"),
                            ("MA", "Massachusetts"),
                            ("MI", "Michigan"),
                            ("MN", "Minnesota"),
                            ("MS", "Mississippi"),
                            ("MO", "Missouri"),
                            ("MT", "Montana"),
                            ("NE", "Nebraska"),
                            ("NV", "Nevada"),
                            ("NH", "New Hampshire"),
                            ("NJ", "New Jersey"),
                            ("NM", "New Mexico"),
                            ("NY", "New York"),
                            ("NC", "North Carolina"),
                            ("ND", "North Dakota"),
                            ("MP", "Northern Mariana Islands"),
                            ("OH", "Ohio"),
                            ("OK", "Oklahoma"),
                            ("OR", "Oregon"),
                            ("PA", "Pennsylvania"),
                            ("PR", "Puerto Rico"),
                            ("RI", "Rhode Island"),
                            ("SC", "South Carolina"),
                            ("SD", "South Dakota"),
                            ("TN", "Tennessee"),
                            ("TX", "Texas"),
                            ("VI", "U.S. Virgin Islands"),
                            ("UT", "Utah"),
                            ("VT", "Vermont"),
                            ("VA", "Virginia"),
                            ("WA", "Washington"),
                            ("WV", "West Virginia"),
                            ("WI", "Wisconsin"),
                            ("WY", "Wyoming"),
                        ],
                        max_length=2,
                        verbose_name="state",
                    ),
                ),
                ("county", models.CharField(blank=True, max_length=100, verbose_name="county")),
                ("latitude", models.FloatField(verbose_name="latitude")),
                ("longitude", models.FloatField(verbose_name="longitude")),
                ("time_zone", models.CharField(max_length=40, verbose_name="time zone")),
                (
                    "zip_codes",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="How many a town has; 0 for a neighbourhood or a former name.",
                        verbose_name="ZIP codes",
                    ),
                ),
            ],
            options={
                "verbose_name": "place",
                "verbose_name_plural": "places",
            },
        ),
        migrations.CreateModel(
            name="Specialization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("slug", models.SlugField(editable=False, max_length=100, unique=True, verbose_name="address")),
            ],
            options={
                "verbose_name": "specialization",
                "verbose_name_plural": "specializations",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SpecialUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "description",
                    models.TextField(blank=True, help_text="Markdown.", max_length=5000, verbose_name="description"),
                ),
            ],
            options={
                "verbose_name": "special unit",
                "verbose_name_plural": "special units",
                "ordering": ["order", "pk"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="department",
            name="editors",
            field=models.ManyToManyField(
                blank=True,
                help_text="Staff who may edit this department and its openings, and no other.",
                related_name="departments_edited",
                to=settings.AUTH_USER_MODEL,
                verbose_name="editors",
            ),
        ),
        migrations.AddField(
            model_name="departmentspecialization",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="listed_specializations",
                to="departments.department",
            ),
        ),
        migrations.AddField(
            model_name="division",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="divisions", to="departments.department"
            ),
        ),
        migrations.AddField(
            model_name="formeraddress",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="former_addresses",
                to="departments.department",
            ),
        ),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(fields=["key", "state"], name="place_by_name"),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(
                condition=models.Q(("zip", ""), _negated=True), fields=("zip",), name="place_zip_unique"
            ),
        ),
        migrations.AddField(
            model_name="departmentspecialization",
            name="specialization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="departments.specialization",
                verbose_name="specialization",
            ),
        ),
        migrations.AddField(
            model_name="department",
            name="specializations",
            field=models.ManyToManyField(
                blank=True,
                through="departments.DepartmentSpecialization",
                to="departments.specialization",
                verbose_name="specializations",
            ),
        ),
        migrations.AddField(
            model_name="specialunit",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="special_units", to="departments.department"
            ),
        ),
        migrations.AddConstraint(
            model_name="division",
            constraint=models.UniqueConstraint(fields=("department", "name"), name="division_name_unique"),
        ),
        migrations.AddConstraint(
            model_name="formeraddress",
            constraint=models.UniqueConstraint(fields=("state", "slug"), name="former_address_unique"),
        ),
        migrations.AddConstraint(
            model_name="departmentspecialization",
            constraint=models.UniqueConstraint(
                fields=("department", "specialization"),
                name="department_specialization_unique",
                violation_error_message="This specialization is listed already.",
            ),
        ),
        migrations.AddIndex(
            model_name="department",
            index=models.Index(
                fields=["latitude", "longitude", "x", "y", "z", "status"], name="department_by_position"
            ),
        ),
        migrations.AddIndex(
            model_name="department",
            index=models.Index(fields=["status", "name_key", "id"], name="department_listed"),
        ),
        migrations.AddIndex(
            model_name="department",
            index=models.Index(fields=["status", "state", "name_key", "id"], name="department_listed_in_state"),
        ),
        migrations.AddIndex(
            model_name="department",
            index=models.Index(
                fields=["status", "state", "county_slug", "name_key", "id"], name="department_listed_in_county"
            ),
        ),
        migrations.AddIndex(
            model_name="department",
            index=models.Index(fields=["status", "-size", "name_key", "id"], name="department_listed_by_size"),
        ),
        migrations.AddIndex(
            model_name="department",
            index=models.Index(fields=["status", "city_key"], name="department_by_city"),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.UniqueConstraint(
                fields=("state", "slug"),
                name="department_slug_unique_in_state",
                violation_error_message="Another department of this state has this address.",
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ori", ""), _negated=True),
                fields=("ori",),
                name="department_ori_unique",
                violation_error_message="Another department has this ORI.",
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), models.Q(("slug", ""), _negated=True)),
                name="department_has_name_and_slug",
                violation_error_message="A department needs a name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["published", "draft"])), name="department_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "municipal",
                            "sheriff",
                            "county_police",
                            "state_police",
                            "state_other",
                            "campus",
                            "school_district",
                            "transit_airport_port",
                            "tribal",
                            "park_wildlife",
                            "constable_marshal",
                            "federal",
                            "other",
                        ],
                    )
                ),
                name="department_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "AL",
                            "AK",
                            "AS",
                            "AZ",
                            "AR",
                            "CA",
                            "CO",
                            "CT",
                            "DE",
                            "DC",
                            "FL",
                            "GA",
                            "GU",
                            "HI",
                            "ID",
                            "IL",
                            "IN",
                            "IA",
                            "KS",
                            "KY",
                            "LA",
                            "ME",
                            "MD",
                            "MA",
                            "MI",
                            "MN",
                            "MS",
                            "MO",
                            "MT",
                            "NE",
                            "NV",
                            "NH",
                            "NJ",
                            "NM",
                            "NY",
                            "NC",
                            "ND",
                            "MP",
                            "OH",
                            "OK",
                            "OR",
                            "PA",
                            "PR",
                            "RI",
                            "SC",
                            "SD",
                            "TN",
                            "TX",
                            "VI",
                            "UT",
                            "VT",
                            "VA",
                            "WA",
                            "WV",
                            "WI",
                            "WY",
                        ],
                    )
                ),
                name="department_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("latitude", None),
                        ("longitude", None),
                        ("precision", ""),
                        ("x", None),
                        ("y", None),
                        ("z", None),
                    ),
                    models.Q(
                        ("latitude__isnull", False),
                        ("latitude__range", (-90, 90)),
                        ("longitude__isnull", False),
                        ("longitude__range", (-180, 180)),
                        ("precision__in", ["building", "zip", "town", "county"]),
                        ("x__isnull", False),
                        ("y__isnull", False),
                        ("z__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="department_position_whole",
                violation_error_message="A position needs latitude, longitude and precision, or none of them.",
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sworn_year", None),
                    models.Q(("sworn_officers__isnull", False), ("sworn_year__range", (1900, 2100))),
                    _connector="OR",
                ),
                name="department_sworn_year_of_a_number",
                violation_error_message="There is a year but no number of officers.",
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("population_year", None),
                    models.Q(("population__isnull", False), ("population_year__range", (1900, 2100))),
                    _connector="OR",
                ),
                name="department_population_year_of_a_number",
                violation_error_message="There is a year but no population.",
            ),
        ),
        migrations.AddConstraint(
            model_name="specialunit",
            constraint=models.UniqueConstraint(fields=("department", "name"), name="special_unit_name_unique"),
        ),
        AddFullText("department", "search_text"),
    ]
