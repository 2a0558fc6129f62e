"""Starting and stopping the sandbox, and what it remembers."""

from __future__ import annotations

import importlib.util
import socket
import threading

import pytest
import requests

from dirsync.errors import UsageInvalid
from dirsync.sandbox import server
from dirsync.sandbox.faults import Fault
from dirsync.sandbox.seed import Seed
from dirsync.sandbox.seed_file import parse_seed
from dirsync.sandbox.server import Where, serve_forever, start

SEED = """
crowd:
  directories: [{name: customers, users: [{username: ada}]}]
  applications: [{name: app, password: app-password, directories: [{directory: customers}]}]
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])
def test_only_loopback_is_listened_on(host):
    with pytest.raises(UsageInvalid, match="listens on this machine only") as refused:
        start(Seed(), Where(host=host))
    assert refused.value.remedy == "Use 127.0.0.1 or ::1, or add --allow-remote if other machines must reach it."


@pytest.mark.parametrize("is_remote_allowed", [False, True])
@pytest.mark.parametrize("host", ["example.org", ""])
def test_names_are_not_looked_up(host, is_remote_allowed):
    with pytest.raises(UsageInvalid, match="is no address to listen on"):
        start(Seed(), Where(host=host, is_remote_allowed=is_remote_allowed))


def test_another_address_is_taken_when_that_is_allowed():
    # 192.0.2.7 belongs to no machine (RFC 5737), so nothing is opened to anybody here.
    with pytest.raises(UsageInvalid, match=r"can't listen on 192\.0\.2\.7 port 0"):
        start(Seed(), Where(host="192.0.2.7", is_remote_allowed=True))


def test_a_port_that_is_taken_is_told(start_sandbox):
    port = int(start_sandbox(SEED).crowd_url.split(":")[2].split("/")[0])
    with pytest.raises(UsageInvalid, match=f"can't listen on 127.0.0.1 port {port}"):
        start(Seed(), Where(port))
    with pytest.raises(UsageInvalid, match="port 70000"):
        start(Seed(), Where(70000))


def test_without_the_extra_the_remedy_names_it(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(server, "find_spec", lambda name: None if name == "uvicorn" else real(name))
    with pytest.raises(UsageInvalid, match="not installed") as refused:
        start(Seed())
    assert refused.value.remedy == "Install dirsync-connector[sandbox]."


def test_a_stopped_sandbox_answers_nobody_and_may_be_stopped_again():
    with start(parse_seed(SEED, "seed.yaml")) as sandbox:
        url = f"{sandbox.crowd_url}/rest/usermanagement/1/config/cookie"
        assert requests.get(url, auth=("app", "app-password"), timeout=30).status_code == 200
    sandbox.stop()
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(url, timeout=30)


def test_localhost_and_ipv6_loopback_work_where_the_machine_has_them():
    with start(Seed(), Where(host="localhost")) as sandbox:
        assert requests.get(f"{sandbox.jira_url}/rest/api/2/serverInfo", timeout=30).status_code == 401
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")
    with start(Seed(), Where(host="::1")) as sandbox:
        assert requests.get(f"{sandbox.jira_url}/rest/api/2/serverInfo", timeout=30).status_code == 401


def test_requests_are_remembered_in_order_with_their_queries(start_sandbox, crowd_caller):
    sandbox = start_sandbox(SEED)
    crowd = crowd_caller(sandbox)
    crowd("GET", "user", username="ada b")
    crowd("POST", "user", {"name": "eve"})
    assert [(each.method, each.path, each.query) for each in sandbox.requests] == [
        ("GET", "/crowd/rest/usermanagement/1/user", "username=ada+b"),
        ("POST", "/crowd/rest/usermanagement/1/user", ""),
    ]
    sandbox.forget_requests()
    assert sandbox.requests == ()


def test_the_memory_of_requests_is_bounded(start_sandbox, crowd_caller, monkeypatch):
    monkeypatch.setattr(server, "REMEMBERED_REQUESTS", 3)
    sandbox = start_sandbox(SEED)
    crowd = crowd_caller(sandbox)
    for number in range(5):
        crowd("GET", "user", username=str(number))
    assert [each.query for each in sandbox.requests] == ["username=2", "username=3", "username=4"]


def test_serving_until_stopped_tells_where_and_how_to_log_in(monkeypatch):
    told: list[str] = []
    directories = [{"name": "customers"}, {"name": "partners"}]
    shown = [
        {"name": "portal", "password": "sandbox-1", "directories": [{"directory": one["name"]} for one in directories]}
    ]
    seed = Seed.model_validate({"crowd": {"directories": directories, "applications": [*shown, {"name": "empty"}]}})

    def log_in_as_told():
        (crowd,) = (line.removeprefix("Crowd: ") for line in told if line.startswith("Crowd: "))
        (jira,) = (line.removeprefix("Jira:  ") for line in told if line.startswith("Jira: "))
        asked = requests.get(
            f"{crowd}/rest/usermanagement/1/search?entity-type=user", auth=("portal", "sandbox-1"), timeout=30
        )
        assert asked.status_code == 200
        token = told[told.index(f"Jira:  {jira}") + 1].split()[1].rstrip(",")
        asked = requests.get(f"{jira}/rest/api/2/serverInfo", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        assert asked.status_code == 200
        raise KeyboardInterrupt

    monkeypatch.setattr(server, "wait_for_the_end", log_in_as_told)
    serve_forever(seed, told.append)
    assert told[1] == "       application portal, password sandbox-1, shows customers, partners"
    assert told[2] == "       application empty, password sandbox-only, shows nothing"
    assert any(line.endswith("username dirsync, password sandbox-jira-password") for line in told)
    assert not any("faults" in line for line in told)
    assert told[-1] == "Stopped."


def test_faults_are_in_force_from_the_first_request_on_and_are_told(monkeypatch):
    told: list[str] = []

    def ask():
        address = f"{told[0].removeprefix('Crowd: ')}/rest/usermanagement/1/config/cookie"
        assert requests.get(address, timeout=30).status_code == 503
        raise KeyboardInterrupt

    monkeypatch.setattr(server, "wait_for_the_end", ask)
    serve_forever(Seed(), told.append, faults=[Fault(status=503)])
    assert "Rules for faults in force: 1. Not every answer is a good one." in told


def test_many_callers_at_once_lose_nothing(start_sandbox, crowd_caller):
    sandbox = start_sandbox(SEED)
    statuses: list[int] = []

    def create(first):
        crowd = crowd_caller(sandbox)
        statuses.extend(crowd("POST", "user", {"name": f"u{first + number}"}).status_code for number in range(25))

    threads = [threading.Thread(target=create, args=(first,)) for first in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 100
    assert len(sandbox.state.directory("customers").users) == 101
