"""Authentication, default groups and sessions of the emulated Crowd."""

from __future__ import annotations

import pytest

SEED = """
crowd:
  directories:
    - name: customers
      default_groups: [Everybody]
      groups: [{name: everybody}, {name: portal}, {name: vip}, {name: vip-of-vips}]
      users:
        - {username: ada, password: analytical}
        - {username: bob, password: builder, active: false}
        - {username: cy, groups: [vip-of-vips], password: cypher}
        - {username: nobody-knows}
    - name: frozen
      allowed_operations: []
      groups: [{name: portal}]
      users: [{username: dan, password: daring}]
  applications:
    - name: app
      password: app-password
      directories: [{directory: customers, default_groups: [portal, not-there], allowed_operations: []}]
    - name: vip-only
      password: app-password
      directories: [{directory: customers, allow_all_to_authenticate: false, authorised_groups: [VIP]}]
    - {name: frozen, password: app-password, directories: [{directory: frozen, default_groups: [portal]}]}
"""


@pytest.fixture
def sandbox(start_sandbox):
    sandbox = start_sandbox(SEED)
    sandbox.state.directory("customers").add_child_group("vip", "vip-of-vips")
    return sandbox


@pytest.fixture
def crowd(sandbox, crowd_caller):
    return crowd_caller(sandbox)


def groups_of(crowd, username):
    return [group["name"] for group in crowd("GET", "user/group/direct", username=username).json()["groups"]]


@pytest.mark.parametrize(
    ("username", "password", "reason", "message"),
    [
        ("eve", "x", "USER_NOT_FOUND", "User <eve> does not exist"),
        ("ada", "x", "INVALID_USER_AUTHENTICATION", "Failed to authenticate principal, password was invalid"),
        ("nobody-knows", "", "INVALID_USER_AUTHENTICATION", "Failed to authenticate principal, password was invalid"),
        ("bob", "builder", "INACTIVE_ACCOUNT", "Account with name <bob> is inactive"),
    ],
)
def test_a_failed_authentication_of_a_user_is_400_and_never_401(crowd, username, password, reason, message):
    answer = crowd("POST", "authentication", {"value": password}, username=username)
    assert (answer.status_code, answer.json()) == (400, {"reason": reason, "message": message})


def test_authentication_puts_a_user_into_the_default_groups_of_both_levels(crowd):
    assert groups_of(crowd, "ada") == []
    answer = crowd("POST", "authentication", {"value": "analytical"}, username="ada")
    assert (answer.status_code, answer.json()["name"]) == (200, "ada")
    assert groups_of(crowd, "ada") == ["everybody", "portal"]


def test_a_failed_authentication_gives_no_default_group(crowd):
    crowd("POST", "authentication", {"value": "wrong"}, username="ada")
    assert groups_of(crowd, "ada") == []


def test_the_directorys_default_groups_are_given_once_and_the_applications_every_time(sandbox, crowd):
    for group in ("everybody", "portal"):
        crowd("POST", "authentication", {"value": "analytical"}, username="ada")
        sandbox.state.directory("customers").remove_member(group, "ada")
    crowd("POST", "authentication", {"value": "analytical"}, username="ada")
    assert groups_of(crowd, "ada") == ["portal"]


def test_another_application_gives_only_what_is_the_directorys(sandbox, crowd_caller):
    other = crowd_caller(sandbox, "vip-only")
    assert other("POST", "authentication", {"value": "cypher"}, username="cy").status_code == 200
    assert groups_of(other, "cy") == ["everybody", "vip-of-vips"]


def test_a_directory_that_may_not_change_groups_gets_no_default_groups(sandbox, crowd_caller):
    frozen = crowd_caller(sandbox, "frozen")
    assert frozen("POST", "authentication", {"value": "daring"}, username="dan").status_code == 200
    assert groups_of(frozen, "dan") == []


def test_attempts_and_the_last_login_are_attributes(crowd):
    for _ in range(2):
        crowd("POST", "authentication", {"value": "wrong"}, username="ada")
    shown = {
        each["name"]: each["values"] for each in crowd("GET", "user/attribute", username="ada").json()["attributes"]
    }
    assert shown == {"invalidPasswordAttempts": ["2"]}
    crowd("POST", "authentication", {"value": "analytical"}, username="ada")
    shown = {
        each["name"]: each["values"] for each in crowd("GET", "user/attribute", username="ada").json()["attributes"]
    }
    assert shown["invalidPasswordAttempts"] == ["0"]
    assert int(shown["lastAuthenticated"][0]) > 1_600_000_000_000


def test_only_authorised_groups_nested_ones_included_may_use_the_application(sandbox, crowd_caller):
    vip = crowd_caller(sandbox, "vip-only")
    assert vip("POST", "authentication", {"value": "cypher"}, username="cy").status_code == 200
    refused = vip("POST", "authentication", {"value": "analytical"}, username="ada")
    assert (refused.status_code, refused.json()["reason"]) == (400, "APPLICATION_ACCESS_DENIED")
    assert groups_of(vip, "ada") == []
    refused = vip("POST", "session", {"username": "ada", "password": "analytical"})
    assert (refused.status_code, refused.json()["reason"]) == (403, "APPLICATION_ACCESS_DENIED")


def test_a_session_is_opened_shown_validated_and_closed(crowd):
    factors = {"validationFactors": [{"name": "remote_address", "value": "127.0.0.1"}]}
    body = {"username": "ada", "password": "analytical", "validation-factors": factors}
    opened = crowd("POST", "session", body)
    token = opened.json()["token"]
    assert opened.status_code == 201
    assert opened.headers["Location"].endswith(f"/session/{token}")
    assert (len(token), token[-2:]) == (24, "00")
    assert set(opened.json()["user"]) == {"name", "link"}
    assert crowd("POST", "session", body).json()["token"] == token
    assert crowd("GET", f"session/{token}").json()["user"]["active"] is True
    assert crowd("POST", f"session/{token}", factors).json()["user"]["name"] == "ada"
    assert crowd("DELETE", f"session/{token}").status_code == 204
    assert crowd("GET", f"session/{token}").status_code == 400


def test_a_token_nobody_has_is_400_when_shown_404_when_validated_and_204_when_closed(crowd):
    shown = crowd("GET", "session/bogus")
    assert (shown.status_code, shown.json()["reason"]) == (400, "INVALID_SSO_TOKEN")
    validated = crowd("POST", "session/bogus", {})
    assert (validated.status_code, validated.json()["message"]) == (404, "Token does not validate.")
    assert crowd("DELETE", "session/bogus").status_code == 204


def test_a_session_ends_after_its_duration(crowd):
    body = {"username": "ada", "password": "analytical"}
    token = crowd("POST", "session", body, duration=0).json()["token"]
    assert crowd("GET", f"session/{token}").status_code == 400


def test_a_failed_session_names_the_user_only(crowd):
    for username in ("ada", "eve"):
        answer = crowd("POST", "session", {"username": username, "password": "wrong"})
        assert (answer.status_code, answer.json()) == (
            400,
            {"reason": "INVALID_USER_AUTHENTICATION", "message": username},
        )


def test_a_session_can_be_opened_without_a_password_by_a_trusted_application(crowd):
    answer = crowd("POST", "session", {"username": "ada"}, validate_password="false", expand="user")
    assert (answer.status_code, answer.json()["user"]["active"]) == (201, True)


def test_all_sessions_of_a_user_are_closed_but_the_excluded_one_and_nobodys_is_an_html_404(crowd):
    token = crowd("POST", "session", {"username": "ada", "password": "analytical"}).json()["token"]
    assert crowd("DELETE", "session", username="ada", exclude=token).status_code == 204
    assert crowd("GET", f"session/{token}").status_code == 200
    assert crowd("DELETE", "session", username="ada").status_code == 204
    assert crowd("GET", f"session/{token}").status_code == 400
    unknown = crowd("DELETE", "session", username="eve")
    assert (unknown.status_code, unknown.headers["Content-Type"].split(";")[0]) == (404, "text/html")


def test_the_cookies_configuration_is_a_cheap_question(crowd):
    assert crowd("GET", "config/cookie").json() == {"domain": "", "name": "crowd.token_key", "secure": False}


def test_a_forgotten_password_lets_nobody_in(crowd, sandbox, crowd_caller):
    trusted = crowd_caller(sandbox, "vip-only")
    assert trusted("DELETE", "user/password", username="ada").status_code == 204
    for password in ("analytical", "", "None"):
        assert crowd("POST", "authentication", {"value": password}, username="ada").status_code == 400


def test_an_inactive_user_gets_no_session(crowd):
    answer = crowd("POST", "session", {"username": "bob", "password": "builder"})
    assert (answer.status_code, answer.json()["reason"]) == (400, "INACTIVE_ACCOUNT")


def factors(*given):
    return {"validationFactors": [{"name": name, "value": value} for name, value in given]}


def test_a_session_holds_only_where_it_was_opened_and_each_place_has_its_own(crowd):
    home, away = factors(("remote_address", "192.0.2.1")), factors(("remote_address", "192.0.2.2"))
    login = {"username": "ada", "password": "analytical"}
    first = crowd("POST", "session", {**login, "validation-factors": home}).json()["token"]
    second = crowd("POST", "session", {**login, "validation-factors": away}).json()["token"]
    assert first != second
    assert crowd("POST", f"session/{first}", home).status_code == 200
    for wrong in (away, {}, factors(("remote_address", "192.0.2.1"), ("X-Forwarded-For", "192.0.2.9"))):
        refused = crowd("POST", f"session/{first}", wrong)
        assert (refused.status_code, refused.json()["message"]) == (404, "Token does not validate.")
    assert crowd("GET", f"session/{first}").status_code == 200
    assert crowd("DELETE", "session", username="ada").status_code == 204
    assert [crowd("GET", f"session/{token}").status_code for token in (first, second)] == [400, 400]


def test_validation_factors_in_xml_are_the_same(crowd):
    home = factors(("remote_address", "192.0.2.1"))
    token = crowd("POST", "session", {"username": "ada", "password": "analytical", "validation-factors": home}).json()[
        "token"
    ]
    factor = (
        "<validation-factor><name>remote_address</name><value>192.0.2.1</value></validation-factor>"
        "<validation-factor><name>X-Forwarded-For</name><value>192.0.2.9</value></validation-factor>"
    )
    headers = {"Content-Type": "application/xml"}

    def validate(token, inside):
        body = f"<validation-factors>{inside}</validation-factors>"
        return crowd.session.post(f"{crowd.base}/session/{token}", data=body, headers=headers, timeout=30)

    one = factor[: factor.index("<validation-factor>", 1)]
    assert [validate(token, inside).status_code for inside in (one, factor, "")] == [200, 404, 404]
    body = (
        "<authentication-context><username>ada</username><password>analytical</password>"
        f"<validation-factors>{factor}</validation-factors></authentication-context>"
    )
    opened = crowd.session.post(f"{crowd.base}/session", data=body, headers=headers, timeout=30)
    assert [validate(opened.json()["token"], inside).status_code for inside in (factor, one)] == [200, 404]


@pytest.mark.parametrize("broken", [{"validationFactors": [1]}, {"validationFactors": [{"name": "x"}]}])
def test_broken_validation_factors_are_400(crowd, broken):
    assert crowd("POST", "session/bogus", broken).json()["reason"] == "ILLEGAL_ARGUMENT"


def test_a_session_lasts_no_longer_than_crowd_allows(crowd):
    body = {"username": "ada", "password": "analytical"}
    session = crowd("POST", "session", body, duration=999_999).json()
    assert session["expiry-date"] - session["created-date"] == 30 * 60 * 1000


def test_sessions_that_have_expired_are_forgotten(sandbox):
    sessions = sandbox.state.sessions
    for number in range(2500):
        sessions.open("ada", {"remote_address": str(number)}, now=number * 10, duration=1)
    assert len(sessions._by_token) <= 1000
    for number in range(2500):
        sessions.open(f"u{number}", {}, now=10**9, duration=1)
    assert len(sessions._by_token) == 2500, "those that hold are kept, however many they are"


def test_a_password_that_must_be_changed_lets_nobody_in_until_it_is(sandbox, crowd_caller):
    crowd = crowd_caller(sandbox, "vip-only")
    assert crowd("POST", "user/expire-all-passwords").json()["reason"] == "ILLEGAL_ARGUMENT"
    assert crowd("POST", "user/expire-all-passwords", confirm="true").status_code == 204
    refused = crowd("POST", "authentication", {"value": "cypher"}, username="cy")
    assert (refused.status_code, refused.json()["reason"]) == (400, "EXPIRED_CREDENTIAL")
    assert crowd("POST", "session", {"username": "cy", "password": "cypher"}).json()["reason"] == "EXPIRED_CREDENTIAL"
    wrong = crowd("POST", "authentication", {"value": "wrong"}, username="cy")
    assert wrong.json()["reason"] == "INVALID_USER_AUTHENTICATION"
    assert crowd("PUT", "user/password", {"value": "fresh"}, username="cy").status_code == 204
    assert crowd("POST", "authentication", {"value": "fresh"}, username="cy").status_code == 200


def test_expiring_passwords_needs_the_permission_to_change_users(crowd):
    refused = crowd("POST", "user/expire-all-passwords", confirm="true")
    assert refused.json()["reason"] == "APPLICATION_PERMISSION_DENIED"


def test_a_trusted_application_tells_of_a_login_which_counts_as_one(sandbox, crowd, crowd_caller):
    assert crowd("POST", "authentication/notify", username="ada").status_code == 204
    assert groups_of(crowd, "ada") == ["everybody", "portal"]
    assert crowd("POST", "authentication/notify", username="bob").json()["reason"] == "INACTIVE_ACCOUNT"
    assert crowd("POST", "authentication/notify", username="eve").status_code == 404
    vip = crowd_caller(sandbox, "vip-only")
    assert vip("POST", "authentication/notify", username="ada").json()["reason"] == "APPLICATION_ACCESS_DENIED"


def test_mails_are_promised_and_pictures_are_missing(sandbox, crowd_caller):
    crowd = crowd_caller(sandbox, "vip-only")
    assert crowd("POST", "user/mail/password", username="ada").status_code == 204
    assert crowd("POST", "user/mail/password", username="eve").status_code == 404
    assert crowd("POST", "user/mail/usernames", email="x@example.org").status_code == 204
    assert crowd("POST", "user/mail/usernames").status_code == 400
    assert crowd("GET", "user/avatar", username="ada").status_code == 404
