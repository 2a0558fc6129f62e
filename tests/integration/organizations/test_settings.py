"""What must be there before organisations can be written: said when the mapping is loaded, and by the doctor."""

from __future__ import annotations

from integration.organizations.conftest import Desk

from dirsync.sandbox.faults import Fault


def test_the_doctor_asks_whether_the_account_is_an_agent(desk: Desk) -> None:
    assert "OK    organisations: jira: the account of this token is an agent" in desk.run("doctor").stdout
    lacking = Fault(path="mypermissions.*AGENT", times=None, edit_body=lambda body: body.replace(b"true", b"false"))
    desk.sandbox.faults.add(lacking)
    ran = desk.run("doctor")
    assert (ran.code, "is no agent of any service project" in ran.stdout) == (3, True)


def test_without_jira_the_mapping_can_not_be_used(desk: Desk) -> None:
    for name in ("DIRSYNC_JIRA__URL", "DIRSYNC_JIRA__TOKEN"):
        del desk.place.settings[name]
    ran = desk.run("plan")
    assert ran.code == 2
    assert "customers.yaml:10:3: organisations are written in Jira, and nothing says where it is" in ran.stderr
    doctor = desk.run("doctor", "--offline")
    assert (doctor.code, "FAIL  organisations: " in doctor.stdout) == (2, True)
