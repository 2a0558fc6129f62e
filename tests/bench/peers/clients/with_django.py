"""`ldap_sync_users` of django-python3-ldap: users, into the table of users of a Django project on SQLite."""

import os
import sys

import django
from about import BASE, DN, PASSWORD, PEOPLE, URL, tell
from django.conf import settings


def bind_dn(fields):
    """Return who binds; the library asks with the name of whoever logs in, and here that is one reader."""
    del fields
    return DN


settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["PEER_FILE"]}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_python3_ldap"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    LDAP_AUTH_URL=[URL],
    LDAP_AUTH_SEARCH_BASE=PEOPLE,
    LDAP_AUTH_OBJECT_CLASS="inetOrgPerson",
    LDAP_AUTH_CONNECTION_USERNAME=f"reader of {BASE}",
    LDAP_AUTH_CONNECTION_PASSWORD=PASSWORD,
    LDAP_AUTH_FORMAT_USERNAME=bind_dn,
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - there is no model before the set-up
from django.core.management import call_command  # noqa: E402

if sys.argv[1:] == ["prepare"]:
    call_command("migrate", verbosity=0)
else:
    call_command("ldap_sync_users", verbosity=0)
    tell(get_user_model().objects.count(), None)
