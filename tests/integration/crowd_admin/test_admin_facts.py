"""What Crowd's administrative REST tells, asked over HTTP, against the sandbox."""

import pytest
from integration.crowd_admin.conftest import AT, CANARY, seed
from servers.sandbox import StartSandbox

from dirsync.facts.crowd_admin_attribution import CrowdView
from dirsync.model.facts import FactState, declared
from dirsync.model.products import CrowdApplication, CrowdDirectory, DirectoryType, LicenceUse, SyncState

CUSTOMERS = "crowd.applications[jira-customers].directories[crowd_customers]"


def value(facts, name):
    fact = facts[name]
    assert fact.state is FactState.OBSERVED, (fact.name, fact.why)
    return fact.value


def applications(facts):
    return {known.name: known for known in facts["crowd.applications"].value}


@pytest.mark.parametrize("shape", ["bare", "wrapped"])
def test_everything_that_is_served_is_a_fact_of_the_name_that_a_declaration_would_have(
    start_sandbox: StartSandbox, admin_facts, shape
):
    sandbox = start_sandbox(seed(f"shape: {shape}"))
    facts = admin_facts(sandbox.crowd_url)
    assert value(facts, "crowd.version") == "6.0.2"
    assert value(facts, "crowd.applications") == (
        CrowdApplication(
            "dirsync-customers", ("crowd_customers",), crowd_directories=("Customers",), type="GENERIC_APPLICATION"
        ),
        CrowdApplication("dirsync-staff", ("crowd_staff",), crowd_directories=("Staff",), type="GENERIC_APPLICATION"),
        CrowdApplication("jira-customers", ("crowd_customers",), crowd_directories=("Customers",), type="JIRA"),
        CrowdApplication(
            "confluence",
            ("crowd_staff", "crowd_customers"),
            crowd_directories=("Staff", "Customers"),
            type="CONFLUENCE",
        ),
    )
    assert value(facts, "crowd.directories") == (
        CrowdDirectory("Customers", DirectoryType.INTERNAL, "crowd_customers", number="32769"),
        CrowdDirectory("Staff", DirectoryType.CONNECTOR, "crowd_staff", number="32770"),
        CrowdDirectory("Old", DirectoryType.INTERNAL, "", number="32771"),
    )
    assert value(facts, "crowd.applications[jira-customers].aggregate_memberships") is True
    assert value(facts, "crowd.applications[confluence].aggregate_memberships") is False
    assert value(facts, "crowd.applications[jira-customers].access_based_sync") is True
    assert value(facts, "crowd.applications[confluence].access_based_sync") is False
    assert value(facts, f"{CUSTOMERS}.allow_all_to_authenticate") is False
    assert value(facts, f"{CUSTOMERS}.authorised_groups") == ("portal",)
    assert value(facts, f"{CUSTOMERS}.allowed_operations") == ("CREATE_USER",)
    assert value(facts, f"{CUSTOMERS}.directory_allowed_operations") == ("CREATE_USER", "UPDATE_USER")
    assert value(facts, "crowd.directories[Customers].allowed_operations") == ("CREATE_USER", "UPDATE_USER")
    assert value(facts, "crowd.directories[Old].active") is False
    assert value(facts, "crowd.directories[Staff].sync_state") == SyncState(
        is_running=False, ended="2026-11-19T22:00:00.000Z", status="SUCCESS"
    )
    assert "crowd.directories[Customers].sync_state" not in facts, "an internal directory is fetched from nowhere"
    assert value(facts, "directories[crowd_staff].crowd_directory") == "Staff"
    assert not any("retired" in name for name in facts), "nobody can log in to an inactive application"


def test_each_fact_says_which_request_told_it_and_when(start_sandbox: StartSandbox, admin_facts):
    url = start_sandbox(seed()).crowd_url
    facts = admin_facts(url)
    fact = facts[f"{CUSTOMERS}.authorised_groups"]
    assert fact.source.startswith(f"GET {url}/rest/admin/1.0/application/4/directory-mapping")
    assert fact.at == AT
    filtering = facts["crowd.applications[jira-customers].access_based_sync"]
    assert filtering.source == f"GET {url}/rest/admin/1.0/application/4/access-based-synchronization"
    told = [known for known in facts.values() if known.state is FactState.OBSERVED]
    assert all(known.name in facts and known.source.startswith("GET http") and known.at == AT for known in told)
    assert all(name == known.name for name, known in facts.items())


def test_what_no_interface_tells_is_unknown_with_the_request_that_was_tried(start_sandbox: StartSandbox, admin_facts):
    facts = admin_facts(start_sandbox(seed()).crowd_url)
    for name in (f"{CUSTOMERS}.default_groups", f"{CUSTOMERS}.directory_default_groups"):
        assert facts[name].state is FactState.UNKNOWN
        assert "/rest/admin/1.0/" in facts[name].why
        assert "does not tell it" in facts[name].why
        assert "DIRSYNC_CROWD_ADMIN__DATABASE_URL" in facts[name].remedy
        assert "mappings/estate.yaml" in facts[name].remedy


def test_long_lists_are_read_page_by_page(start_sandbox: StartSandbox, admin_facts):
    sandbox = start_sandbox(seed("page_size: 2"))
    facts = admin_facts(sandbox.crowd_url)
    assert list(applications(facts)) == ["dirsync-customers", "dirsync-staff", "jira-customers", "confluence"]
    assert [known.name for known in facts["crowd.directories"].value] == ["Customers", "Staff", "Old"]
    listings = [asked for asked in sandbox.requests if asked.path == "/crowd/rest/admin/1.0/application"]
    assert [asked.query for asked in listings] == [f"start={start}&limit=100" for start in (0, 2, 4)]


@pytest.mark.parametrize(
    ("unserved", "version", "told_by"),
    [
        ("[directory-mapping]", "6.0.2", "/rest/appmanagement/1/application/4"),
        ("[directory-mapping, application]", "6.0.2", "/rest/appmanagement/1/application/4"),
        ("[]", "2.12", "/rest/appmanagement/1/application/4"),
    ],
)
def test_a_version_without_one_interface_is_asked_by_the_other(
    start_sandbox: StartSandbox, admin_facts, unserved, version, told_by
):
    facts = admin_facts(start_sandbox(seed(f"unserved: {unserved}", version)).crowd_url, shown=[])
    known = applications(facts)["jira-customers"]
    assert known.crowd_directories is not None
    assert len(known.crowd_directories) == 1
    facts = admin_facts(
        start_sandbox(seed(f"unserved: {unserved}, shape: wrapped", version)).crowd_url,
        shown=[CrowdView("crowd_customers", "dirsync-customers")],
    )
    fact = facts[f"{CUSTOMERS}.authorised_groups"]
    assert fact.value == ("portal",)
    assert told_by in fact.source
    assert "HTTP 404" in fact.source


def test_what_a_version_does_not_serve_is_unknown_with_every_path_that_was_tried(
    start_sandbox: StartSandbox, admin_facts
):
    unserved = "[directory-mapping, appmanagement, access-based-synchronization, directory, server-info]"
    facts = admin_facts(start_sandbox(seed(f"unserved: {unserved}")).crowd_url)
    missing = facts["crowd.applications[jira-customers].directories"]
    assert missing.state is FactState.UNKNOWN
    for path in ("/application/4/directory-mapping", "/admin/1.0/application/4:", "/appmanagement/1/application/4"):
        assert path in missing.why
    assert applications(facts)["jira-customers"].directories is None
    assert applications(facts)["jira-customers"].crowd_directories is None
    for name, path in (
        ("crowd.version", "/server-info"),
        ("crowd.directories", "/directory/detailed"),
        ("crowd.applications[confluence].access_based_sync", "/application/5/access-based-synchronization"),
    ):
        assert facts[name].state is FactState.UNKNOWN
        assert path in facts[name].why
        assert "HTTP 404" in facts[name].why
        assert facts[name].source.endswith(path)
    assert "Or declare access_based_sync" in facts["crowd.applications[confluence].access_based_sync"].remedy
    assert facts["directories[crowd_customers].crowd_directory"].state is FactState.UNKNOWN


def test_a_crowd_that_serves_nothing_leaves_everything_unknown_and_never_raises(
    start_sandbox: StartSandbox, admin_facts
):
    facts = admin_facts(start_sandbox(seed("unserved: [application, appmanagement, directory, server-info]")).crowd_url)
    assert {fact.state for fact in facts.values()} == {FactState.UNKNOWN}
    why = facts["crowd.applications"].why
    assert "/rest/admin/1.0/application" in why
    assert "/rest/appmanagement/1/application" in why
    assert "declare crowd.applications" in facts["crowd.applications"].remedy


def test_a_single_mapping_is_asked_for_once_where_crowd_does_not_serve_it(start_sandbox: StartSandbox, admin_facts):
    sandbox = start_sandbox(seed("unserved: [directory-mapping/single]"))
    facts = admin_facts(sandbox.crowd_url)
    assert value(facts, f"{CUSTOMERS}.authorised_groups") == ("portal",)
    single = [asked.path for asked in sandbox.requests if "/directory-mapping/" in asked.path]
    assert len(single) == 1


def test_seats_and_licensed_users_are_told_where_crowd_watches_them(start_sandbox: StartSandbox, admin_facts):
    facts = admin_facts(start_sandbox(seed("licensing: true")).crowd_url)
    assert value(facts, "crowd.applications[jira-customers].licence_use") == (
        LicenceUse("jira-software", used=1, limit=10, used_by_crowd=1),
    )
    fact = facts["crowd.applications[jira-customers].licensed_users"]
    assert fact.value == ("ada",)
    assert fact.source.startswith("POST ")
    assert "crowd.applications[confluence].licence_use" not in facts


def test_where_crowd_does_not_watch_seats_that_is_said_with_its_own_words(start_sandbox: StartSandbox, admin_facts):
    fact = admin_facts(start_sandbox(seed()).crowd_url)["crowd.applications[jira-customers].licence_use"]
    assert fact.state is FactState.UNKNOWN
    assert "Licensing is not configured" in fact.why
    assert "watch licence usage" in fact.remedy


@pytest.mark.parametrize(
    ("login", "message", "remedy"),
    [
        ({"password": "canary-wrong"}, "Crowd does not know the user 'admin'", "DIRSYNC_CROWD_ADMIN__PASSWORD"),
        (
            {"username": "dirsync-customers", "password": "canary-application"},
            "not the name and password of a Crowd application",
            "DIRSYNC_CROWD_ADMIN__USERNAME",
        ),
        ({"username": "ada", "password": "ada-secret"}, "'ada', who has to administer Crowd", "crowd-administrators"),
    ],
)
def test_a_login_that_is_refused_says_whose_it_must_be(
    start_sandbox: StartSandbox, admin_facts, login, message, remedy
):
    sandbox = start_sandbox(seed())
    facts = admin_facts(sandbox.crowd_url, **login)
    for name in ("crowd.version", "crowd.applications", "crowd.directories"):
        assert message in facts[name].why
        assert remedy in facts[name].remedy
    assert not any(secret in str(fact) for fact in facts.values() for secret in ("canary", "ada-secret"))


def test_a_wrong_password_is_sent_once_so_that_nobody_is_locked_out(start_sandbox: StartSandbox, admin_facts):
    sandbox = start_sandbox(seed())
    admin_facts(sandbox.crowd_url, password="canary-wrong")
    assert len(sandbox.requests) == 1


def test_members_of_the_administrators_group_may_ask_too(start_sandbox: StartSandbox, admin_facts):
    facts = admin_facts(start_sandbox(seed()).crowd_url, username="root", password="root-secret")
    assert value(facts, "crowd.version") == "6.0.2"


def test_no_password_that_crowd_hands_out_reaches_a_fact(start_sandbox: StartSandbox, admin_facts):
    facts = admin_facts(start_sandbox(seed("unserved: [application, directory-mapping]")).crowd_url)
    assert value(facts, "crowd.applications")
    assert not any("canary" in str(fact) or CANARY in repr(fact) for fact in facts.values())


def test_a_declaration_tells_what_the_settings_do_not(start_sandbox: StartSandbox, admin_facts):
    said = "mappings/estate.yaml:9, declared by identity-admin@example.org, valid until 2027-11-20"
    estate = {
        "crowd.directories": declared(
            "crowd.directories",
            (CrowdDirectory("staff", DirectoryType.CONNECTOR, "corp", "agents"),),
            said,
            "2026-11-20",
        )
    }
    url = start_sandbox(seed()).crowd_url
    facts = admin_facts(url, estate=estate, shown=[CrowdView("crowd_customers", "dirsync-customers", url)])
    fact = facts["crowd.applications"]
    assert fact.state is FactState.DECLARED
    assert said in fact.source
    assert applications(facts)["confluence"].directories == ("corp", "crowd_customers")
    leaf = facts["crowd.applications[confluence].directories[corp].allow_all_to_authenticate"]
    assert (leaf.state, leaf.value) == (FactState.DECLARED, True)
    assert said in leaf.source
    assert facts[f"{CUSTOMERS}.allow_all_to_authenticate"].state is FactState.OBSERVED
    staff = next(known for known in facts["crowd.directories"].value if known.name == "Staff")
    assert (staff.directory, staff.mapping) == ("corp", "agents")


def test_without_any_view_nothing_is_attributed_and_everything_is_named(start_sandbox: StartSandbox, admin_facts):
    facts = admin_facts(start_sandbox(seed()).crowd_url, shown=[])
    confluence = applications(facts)["confluence"]
    assert confluence.directories == ()
    assert confluence.unattributed == confluence.crowd_directories == ("Staff", "Customers")
    assert not any("].directories[" in name for name in facts)
