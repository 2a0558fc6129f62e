"""`dirsync deploy`: what it prints is run, or read by those it is for."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from servers.workplace import Workplace

BIN = Path(sys.executable).parent
CANARY = "c4n4ry-s3cr3t"
MAPPING = """\
version: 1
name: customers
audience: customers
source: {directory: hr}
public_signup: off
"""
LDIF = """\
dn: uid=ana,dc=example,dc=org
objectClass: inetOrgPerson
uid: ana
cn: Ana
sn: A
mail: ana@example.org
entryUUID: 11111111-1111-4111-8111-111111111111
"""
KINDS = ("cron", "systemd", "docker", "compose", "kubernetes")


@pytest.fixture
def estate(tmp_path: Path) -> Workplace:
    folder = tmp_path / 'it\'s 100% $HOME "quoted" \\ ü'
    folder.mkdir()
    place = Workplace(folder)
    place.directory("hr", kind="ldif", path=str(place.write("hr.ldif", LDIF)))
    place.mapping("customers", MAPPING)
    place.write("pw", CANARY).chmod(0o600)
    place.write("ca.pem", "a certificate\n")
    place.write("key.pem", CANARY).chmod(0o600)
    place.directory(
        "corp",
        kind="ldap",
        url="ldaps://ldap.example.org",
        bind_dn="cn=dirsync,dc=example,dc=org",
        password_file=str(folder / "pw"),
        ca_file=str(folder / "ca.pem"),
        client_cert_file=str(folder / "ca.pem"),
        client_key_file=str(folder / "key.pem"),
    )
    # an env file has its own quoting: this folder's name needs none but the double quotes
    lines = "".join(f'{name}="{_dotenv(value)}"\n' for name, value in place.settings.items())
    place.write("dirsync.env", lines).chmod(0o600)
    place.settings.clear()
    return place


def _dotenv(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def dirsync(place: Workplace, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    around = {**os.environ, "XDG_STATE_HOME": str(place.folder / "state"), **more}
    return subprocess.run(
        [BIN / "dirsync", *arguments], cwd=place.folder, env=around, check=False, capture_output=True, text=True
    )


def files(place: Workplace, kind: str, *arguments: str, **more: str) -> dict[str, str]:
    made = dirsync(place, "--json", "deploy", kind, *arguments, **more)
    assert made.returncode == 0, made.stderr
    told: dict[str, str] = json.loads(made.stdout)["files"]
    return told


def test_the_line_of_the_crontab_runs_the_job_from_any_folder_with_cron_s_poor_environment(
    estate: Workplace, tmp_path: Path
) -> None:
    crontab = files(estate, "cron", "--at", "3:07", "--audit", DIRSYNC_READ_ONLY="true")["dirsync.crontab"]
    *settings, line = [line for line in crontab.splitlines() if line and not line.startswith("#")]
    assert settings == ["MAILTO=root", "DIRSYNC_READ_ONLY=true"]
    assert line.startswith("7 3 * * * ")
    command = _as_cron_reads(line.split(" ", 5)[5])
    poor = {"HOME": str(tmp_path), "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(["/bin/sh", "-c", command], cwd="/", env=poor, check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (12, ""), "nothing tells of Jira here, so nothing could be decided"
    runs = subprocess.run(
        [BIN / "dirsync", "--env-file", estate.folder / "dirsync.env", "--json", "history"],
        env=poor, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert [(run["mode"], run["exit_code"]) for run in json.loads(runs.stdout)["runs"]] == [("audit", 12)]


def _as_cron_reads(command: str) -> str:
    """Return the command as crontab(5) has it: a bare % ends it, an escaped one is a %."""
    head, _, _ = command.replace("\\%", "\0").partition("%")
    return head.replace("\0", "%")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("kind", ["plain", "hostile"])
def test_systemd_takes_the_unit_and_finds_it_well_shut_in(estate: Workplace, kind: str, tmp_path: Path) -> None:
    if kind == "plain":
        (tmp_path / "mappings").mkdir()
        estate.folder = tmp_path
    out = tmp_path / "units"
    assert dirsync(estate, "deploy", "systemd", "--out", str(out), "--at", "23:59").returncode == 0
    units = [str(out / "dirsync.service"), str(out / "dirsync.timer")]
    checked = subprocess.run(["systemd-analyze", "verify", *units], check=False, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", units[0]],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert rated.returncode == 0, f"more open than 2.0 of 10:\n{rated.stdout[-2000:]}"
    moment = subprocess.run(
        ["systemd-analyze", "calendar", "*-*-* 23:59:00"], check=True, capture_output=True, text=True
    )
    assert moment.stdout
    assert "OnCalendar=*-*-* 23:59:00\n" in (out / "dirsync.timer").read_text("utf-8")


def test_the_command_of_the_unit_runs_with_nothing_but_its_credentials(estate: Workplace, tmp_path: Path) -> None:
    unit = files(estate, "systemd", "--audit", DIRSYNC_READ_ONLY="true")["dirsync.service"]
    credentials, state = tmp_path / "credentials", tmp_path / "var"
    credentials.mkdir()
    (state / "dirsync").mkdir(parents=True)
    lines = [line.partition("=") for line in unit.splitlines() if line and not line.startswith(("#", "["))]
    environment = {"PATH": "/usr/bin:/bin", "CREDENTIALS_DIRECTORY": str(credentials)}
    command: list[str] = []
    for name, _, value in lines:
        if name == "LoadCredential":  # the one line whose rest is no word (systemd-analyze verify says so)
            credential, _, path = _without_specifiers(value, credentials, state).partition(":")
            shutil.copy(path, credentials / credential)
        elif name == "Environment":
            key, _, content = _as_systemd_reads(value, credentials, state)[0].partition("=")
            environment[key] = content
        elif name == "ExecStart":
            command = [word.replace("$$", "$") for word in _as_systemd_reads(value, credentials, state)]
    for gone in ("pw", "key.pem", "dirsync.env"):
        (estate.folder / gone).unlink()  # only root could read them: the service must do with its credentials
    checked = subprocess.run(
        [*command[:5], "doctor", "--offline", "--json"],
        cwd="/", env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    failed = [one for one in json.loads(checked.stdout)["checks"] if one["state"] == "fail"]
    assert [one for one in failed if "PEM" not in one["message"]] == [], "the certificates are made up, the rest is not"
    ran = subprocess.run(command, cwd="/", env=environment, check=False, capture_output=True, text=True)
    assert ran.returncode == 12, ran.stderr
    assert (state / "dirsync" / "dirsync.db").is_file()


def _as_systemd_reads(value: str, credentials: Path, state: Path) -> list[str]:
    return shlex.split(_without_specifiers(value, credentials, state))


def _without_specifiers(value: str, credentials: Path, state: Path) -> str:
    return value.replace("%%", "\0").replace("%d", str(credentials)).replace("%S", str(state)).replace("\0", "%")


def test_kubernetes_takes_every_object(estate: Workplace) -> None:
    text = files(estate, "kubernetes", "--image", "registry.example.org/dirsync:1@sha256:0a", "--at", "00:00")
    objects: list[dict[str, Any]] = list(yaml.safe_load_all(text["dirsync.yaml"]))
    for one in objects:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
    by_name = {(one["kind"], one["metadata"]["name"]): one for one in objects}
    assert by_name["ConfigMap", "dirsync-mappings"]["data"] == {"customers.yaml": MAPPING}
    certificate = "DIRSYNC_DIRECTORIES__CORP__CA_FILE"
    assert by_name["ConfigMap", "dirsync-files"]["data"][certificate] == "a certificate\n"
    settings = by_name["ConfigMap", "dirsync-settings"]["data"]
    assert settings[certificate] == f"/etc/dirsync/files/{certificate}"
    assert settings["DIRSYNC_DIRECTORIES__CORP__BIND_DN"] == "cn=dirsync,dc=example,dc=org"
    assert not any(name.endswith("PASSWORD_FILE") for name in settings)
    job = by_name["CronJob", "dirsync"]["spec"]
    assert (job["schedule"], job["concurrencyPolicy"]) == ("0 0 * * *", "Forbid")
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == "registry.example.org/dirsync:1@sha256:0a"
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert not pod["automountServiceAccountToken"]


def test_the_dockerfile_has_nothing_to_complain_of_and_must_be_given_its_base(estate: Workplace) -> None:
    made = files(estate, "docker")
    checked = subprocess.run(
        [BIN / "hadolint", "-"], input=made["Dockerfile"], check=False, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout) == (0, "")
    lines = made["Dockerfile"].splitlines()
    assert "ARG PYTHON_IMAGE" in lines, "no default: a tag may become another image overnight"
    assert [line for line in lines if line.startswith("FROM")] == [
        "FROM ${PYTHON_IMAGE} AS build",
        "FROM ${PYTHON_IMAGE}",
    ]
    compose = yaml.safe_load(made["compose.yaml"])
    service = compose["services"]["dirsync"]
    assert service["read_only"] is True
    assert set(service["secrets"]) == set(compose["secrets"])
    path = str(estate.folder / "pw").replace("$", "$$")
    assert compose["secrets"]["DIRSYNC_DIRECTORIES__CORP__PASSWORD"] == {"file": path}


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_printed_whether_it_stands_in_a_file_or_in_the_shell(estate: Workplace, kind: str) -> None:
    made = dirsync(estate, "deploy", kind, DIRSYNC_JIRA__TOKEN=CANARY, DIRSYNC_JIRA__URL="https://jira.example.org")
    assert made.returncode == 0
    assert CANARY not in made.stdout + made.stderr
    assert "DIRSYNC_JIRA__TOKEN stands in this shell only" in made.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_written_all_together_and_none_is_overwritten(estate: Workplace, kind: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    expected = files(estate, kind)
    first = dirsync(estate, "deploy", kind, "--out", str(out))
    assert first.stdout.splitlines() == [str(out / name) for name in expected]
    assert {path.name: path.read_text("utf-8") for path in out.iterdir()} == expected
    *_, last = expected
    (out / last).write_text("mine", "utf-8")
    for name in expected:
        if name != last:
            (out / name).unlink()
    second = dirsync(estate, "deploy", kind, "--out", str(out))
    assert second.returncode == 2
    assert str(out / last) in second.stderr
    assert [path.name for path in out.iterdir()] == [last]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["swarm"], "no deployment 'swarm'"),
        (["cron", "--at", "25:00"], "--at 25:00 is no time of day"),
        (["cron", "--at", "2.15"], "--at 2.15 is no time of day"),
        (["systemd", "--image", "x"], "--image means nothing to 'systemd'"),
    ],
)
def test_what_it_can_t_do_is_refused_with_the_cure(estate: Workplace, arguments: list[str], told: str) -> None:
    refused = dirsync(estate, "deploy", *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert told in refused.stderr


def test_without_settings_the_files_are_printed_with_what_is_missing(tmp_path: Path) -> None:
    made = dirsync(Workplace(tmp_path), "deploy", "kubernetes")
    assert made.returncode == 0
    assert "There is no" in made.stderr
    for one in yaml.safe_load_all(made.stdout):
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
