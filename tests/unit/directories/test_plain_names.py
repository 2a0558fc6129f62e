import pytest
from hypothesis import given
from hypothesis import strategies as some

from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.decoding import member_name
from dirsync.directories.ldap.dn import normal
from dirsync.directories.ldap.plain_names import ATTRIBUTES, plain_names

PARTS = some.builds(
    "{}={}".format,
    some.sampled_from([*ATTRIBUTES, "UID", "Cn", "userid", "commonName", "2.5.4.3", "x"]),
    some.text("aB9 ._@'-\\,+#\"=;<>é\n\x00", max_size=6),
)
NAMES = some.lists(PARTS, min_size=1, max_size=3).map(",".join)


@given(some.lists(NAMES, min_size=1, max_size=5))
def test_the_short_way_leads_where_the_long_one_does_or_nowhere(names: list[str]) -> None:
    found = plain_names([name.encode() for name in names])
    assert found is None or found == [normal(member_name(name.encode())) for name in names]


@pytest.mark.parametrize(
    "name",
    ["uid=ana,ou=people,dc=example,dc=org", "CN=Ana O'Hara,OU=All People,DC=example,DC=org", "uid=a.b_c-1@x", "o=x"],
)
def test_usual_names_take_it(name: str) -> None:
    assert plain_names([name.encode()] * 3) == [normal(name)] * 3


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"uid=ana,",
        b"uid=ana, dc=org",
        b"uid= ana,dc=org",
        b"uid=a  b",
        b"uid=ana,dc=org\nuid=bob,dc=org",
        b"uid=ana,dc=org\n",
        b"commonName=ana",
        "uid=zo\u00eb".encode(),
        b"uid=a\\2cb",
        b"cn=x,dc=org#'0101'B",
        b"uid=a+cn=b",
    ],
)
def test_whatever_else_there_is_takes_none_and_so_does_what_stands_beside_it(value: bytes) -> None:
    assert plain_names([value]) is None
    assert plain_names([b"uid=ana,dc=org", value, b"uid=bob,dc=org"]) is None


def test_attributes_of_the_short_way_have_no_other_name() -> None:
    assert [canonical(name) for name in ATTRIBUTES] == [*ATTRIBUTES]
