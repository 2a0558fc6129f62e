"""`dirsync support-bundle` through the real command line, after a real run on a real directory."""

from __future__ import annotations

import json
import zipfile

from servers.sandbox import StartSandbox
from servers.slapd import StartSlapd
from servers.workplace import Workplace

SEED = """
crowd:
  directories: [{name: Kundschaft, groups: [{name: quellbrunn-portal}]}]
  applications: [{name: ibsengate, password: sandbox-only, directories: [{directory: Kundschaft}]}]
"""
PEOPLE = """dn: ou=Zwiebel,dc=example,dc=org
objectClass: organizationalUnit
ou: Zwiebel

dn: uid=mquellbrunn,ou=Zwiebel,dc=example,dc=org
objectClass: inetOrgPerson
uid: mquellbrunn
cn: Mareike Quellbrunn
sn: Quellbrunn
givenName: Mareike
mail: mareike@quellbrunn.example.org

dn: uid=halfway,ou=Zwiebel,dc=example,dc=org
objectClass: inetOrgPerson
uid: halfway
cn: is empty; fill it in
sn: Ibsengate
mail: ibsengate@quellbrunn.example.org

"""
MAPPING = """
version: 1
name: zwiebelleute
audience: customers
source:
  directory: haus-ibsen
  users: {base: "ou=Zwiebel,dc=example,dc=org", filter: "(mail=*@quellbrunn.example.org)"}
target: {directory: kundschaft}
waivers: [{rule: masked-seat, user: mquellbrunn, reason: Mareike, owner: ibsen, expires: 2026-12-01}]
"""
NAMES = (
    *("quellbrunn", "mareike", "zwiebel", "ibsen", "halfway", "kundschaft", "sandbox-only", "reader-pa55"),
    *("dc=example", "example.org", "cn=reader"),
)  # fmt: skip


def test_after_a_night_nobody_is_in_it_and_it_says_what_is(
    workplace: Workplace, start_slapd: StartSlapd, start_sandbox: StartSandbox
) -> None:
    slapd, sandbox = start_slapd(ldif=PEOPLE), start_sandbox(SEED)
    workplace.ldap("haus-ibsen", slapd)
    workplace.crowd("kundschaft", sandbox.crowd_url, "ibsengate")
    workplace.mapping("zwiebelleute", MAPPING)
    workplace.settings["DIRSYNC_LOG_FILE"] = "quellbrunn.log"
    workplace.settings["DIRSYNC_LOG_LEVEL"] = "debug"
    assert workplace.run("sync").code in {0, 12}
    workplace.settings["DIRSYNC_DIRECTORIES__KUNDSCHAFT__PASSWORD"] = "wrong-ibsengate"
    assert workplace.run("sync").code == 3
    assert "mquellbrunn" in (workplace.folder / "quellbrunn.log").read_text(), "there was somebody to leave out"
    ran = workplace.run("support-bundle", "--out", "bundle.zip", "--json")
    assert ran.code == 0, ran.stderr
    contents = ran.document["contents"]
    with zipfile.ZipFile(workplace.folder / "bundle.zip") as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(files) == {"README.txt", *contents}
    for name, text in files.items():
        assert [one for one in NAMES if one in text.casefold()] == [], name
    runs = json.loads(files["runs.json"])["runs"]
    assert (runs[0]["mode"], runs[0]["exit_code"]) == ("sync", 3)
    assert runs[1]["outcomes"].get("done", 0) >= 2
    assert len(files["log.jsonl"].splitlines()) > 3
    (workplace.folder / "unpacked" / "mappings").mkdir(parents=True)
    for name, text in files.items():
        (workplace.folder / "unpacked" / name).write_text(text)
    words = ("--env-file", "unpacked/dirsync.env", "--mappings", "unpacked/mappings", "--json")
    before = workplace.settings
    workplace.settings = {}
    again = workplace.run("doctor", "--offline", *words)
    workplace.settings = before
    assert [one for one in again.document["checks"] if one["state"] == "fail"] == []


def test_what_is_there_is_never_replaced_and_it_asks_to_be_read(workplace: Workplace) -> None:
    (workplace.folder / "mine.zip").write_text("mine")
    refused = workplace.run("support-bundle", "--out", "mine.zip")
    assert refused.code == 2
    assert "mine.zip is there already." in refused.stderr
    assert (workplace.folder / "mine.zip").read_text() == "mine"
    misnamed = workplace.run("support-bundle", "--out", "for-them.txt")
    assert misnamed.code == 2
    assert "--out for-them.txt.zip" in misnamed.stderr
    assert not (workplace.folder / "for-them.txt").exists()
    ran = workplace.run("support-bundle")
    assert ran.code == 0, ran.stderr
    [made] = workplace.folder.glob("dirsync-support-*.zip")
    assert ran.stdout.splitlines()[0] == made.name
    assert "  versions.json: versions of dirsync, Python, libraries and system" in ran.stdout.splitlines()
    assert f"Please read what is in {made.name} before you send it" in ran.stderr
