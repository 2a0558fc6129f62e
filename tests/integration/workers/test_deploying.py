"""`dirsync deploy` with workers: read by those it is for, and its commands started by hand, as no Docker is here."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from integration.workers.scene import CANARY, Running, Scene

BIN = Path(sys.executable).parent
SECRET = "DIRSYNC_DIRECTORIES__CORP__PASSWORD"
# the clock of the scheduler: the first wait is over at once, the next one lasts
SLEEP = '#!/bin/sh\nif [ -e "$0.slept" ]; then exec /bin/sleep 1000; fi\necho "$1" > "$0.slept"\n'


@pytest.fixture
def out(scene: Scene) -> Path:
    """Return a host whose secrets stand in files, so that no file that is printed has any."""
    host = scene.host("admin")
    for name in [name for name in host.settings if name.endswith("PASSWORD")]:
        path = host.write(f"secrets/{name}", host.settings.pop(name))
        host.settings[f"{name}_FILE"] = str(path)
    del host.settings["DIRSYNC_STORE"]
    return host.folder / "out"


def compose(out: Path) -> dict[str, Any]:
    """Return the file as Docker's own Compose understands it."""
    (out / "store-address").touch()
    (out / "database-password").touch()
    read = subprocess.run(
        [BIN / "docker-compose", "--file", out / "compose.yaml", "config", "--format", "json"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (read.returncode, read.stderr) == (0, "")
    understood: dict[str, Any] = json.loads(read.stdout)
    return understood


def test_the_processes_of_the_compose_file_do_the_night_s_work(scene: Scene, out: Path, tmp_path: Path) -> None:
    made = scene.host("admin").run("deploy", "compose", "--at", "03:07", "--out", str(out))
    assert made.code == 0, made.stderr
    services = compose(out)["services"]
    assert services["worker"]["deploy"]["replicas"] == 2
    programs, image = tmp_path / "programs", tmp_path / "image"
    programs.mkdir()
    (programs / "sleep").write_text(SLEEP, "utf-8")
    (programs / "sleep").chmod(0o755)
    (programs / "dirsync").symlink_to(BIN / "dirsync")
    image.mkdir()
    with ExitStack() as running:
        for number, name in enumerate(("worker", "worker", "scheduler")):
            running.callback(_started(services[name], scene, image / f"{number}", programs).end, signal.SIGTERM)
        deadline = time.monotonic() + 60
        while not scene.status()["tasks"]:
            assert time.monotonic() < deadline, scene.logs()
            time.sleep(0.3)
        status = scene.until_ended()
    assert status["exit_code"] == 0, status
    scene.everything_was_done_once()
    waited = int((programs / "sleep.slept").read_text())
    moment = time.gmtime(time.time() + waited - (time.time() - (programs / "sleep.slept").stat().st_mtime))
    assert (moment.tm_hour, moment.tm_min) in {(3, 6), (3, 7), (3, 8)}


def _started(service: dict[str, Any], scene: Scene, root: Path, programs: Path) -> Running:
    """Start a service with what its file gives it, and nothing of this machine's but the programs."""
    (root / "state").mkdir(parents=True)
    secrets = root / "credentials"
    secrets.mkdir()
    host = scene.host("admin")
    for secret in service["secrets"]:
        name = secret["source"]
        content = scene.store if name == "DIRSYNC_STORE" else (host.folder / "secrets" / name).read_text("utf-8")
        (secrets / name).write_text(content, "utf-8")
    (mappings,) = [one["source"] for one in service["volumes"] if one["target"] == "/etc/dirsync/mappings"]
    (root / "mappings").symlink_to(mappings)
    environment = {
        **service["environment"],
        "PATH": f"{programs}:/usr/bin:/bin",
        "CREDENTIALS_DIRECTORY": str(secrets),  # in the container they are in /run/secrets, which is read as well
        "XDG_STATE_HOME": str(root / "state"),
    }
    entry = service.get("entrypoint") or [str(programs / "dirsync")]
    # `config` prints each $ twice, as the file has it
    words = [word.replace("$$", "$") for word in [*entry, *service["command"]]]
    log = root / "worker.log"
    with log.open("wb") as file:
        process = subprocess.Popen(words, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    return Running(process, log)


def test_compose_shuts_every_service_in_and_publishes_nothing(scene: Scene, out: Path) -> None:
    made = scene.host("admin").run("deploy", "compose", "--workers", "3", "--out", str(out))
    assert made.code == 0
    read = compose(out)
    assert read["services"]["worker"]["deploy"]["replicas"] == 3
    assert set(read["services"]) == {"worker", "scheduler", "postgresql"}
    for name, service in read["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["healthcheck"]["test"], name
        assert "ports" not in service, name
    assert read["services"]["postgresql"]["network_mode"] == "none"
    assert {one["source"] for one in read["services"]["worker"]["secrets"]} >= {SECRET, "DIRSYNC_STORE"}
    assert "database-password" not in {one["source"] for one in read["services"]["worker"]["secrets"]}
    text = (out / "compose.yaml").read_text("utf-8")
    assert CANARY not in text
    assert scene.slapd.reader_password not in text


def test_compose_brings_no_database_where_the_settings_name_one(scene: Scene, out: Path) -> None:
    _store_in_a_file(scene)
    made = scene.host("admin").run("deploy", "compose", "--out", str(out))
    assert made.code == 0, made.stderr
    read = compose(out)
    assert set(read["services"]) == {"worker", "scheduler"}
    assert read["secrets"]["DIRSYNC_STORE"]["file"].endswith("secrets/DIRSYNC_STORE")


def _store_in_a_file(scene: Scene) -> None:
    host = scene.host("admin")
    host.settings["DIRSYNC_STORE_FILE"] = str(host.write("secrets/DIRSYNC_STORE", scene.store))


def test_kubernetes_takes_the_workers_and_the_cron_job_only_enqueues(scene: Scene, out: Path) -> None:
    _store_in_a_file(scene)
    made = scene.host("admin").run("deploy", "kubernetes", "--workers", "2", "--out", str(out))
    assert made.code == 0, made.stderr
    objects = [one for path in sorted(out.iterdir()) for one in yaml.safe_load_all(path.read_text("utf-8"))]
    for one in objects:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
    by_kind = {one["kind"]: one for one in objects}
    pod = by_kind["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["args"] == ["sync", "--enqueue", "--quiet"]
    worker = by_kind["Deployment"]["spec"]
    assert worker["replicas"] == 2
    assert worker["selector"]["matchLabels"].items() <= worker["template"]["metadata"]["labels"].items()
    (container,) = worker["template"]["spec"]["containers"]
    assert container["args"] == ["worker"]
    assert container["securityContext"] == pod["containers"][0]["securityContext"]
    volumes = {volume["name"] for volume in worker["template"]["spec"]["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes
    configured = {one["metadata"]["name"] for one in objects if one["kind"] == "ConfigMap"}
    assert {"dirsync-settings", "dirsync-mappings"} <= configured
    assert "DIRSYNC_STORE" not in by_kind["ConfigMap"]["data"], "it is a secret"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["kubernetes", "--workers", "2"], "the settings name none"),
        (["cron", "--workers", "2"], "--workers means nothing to 'cron'"),
        (["docker", "--workers", "2"], "--workers means nothing to 'docker'"),
        (["compose", "--audit"], "--audit needs no workers"),
    ],
)
def test_what_makes_no_sense_is_refused(scene: Scene, out: Path, arguments: list[str], told: str) -> None:
    refused = scene.host("admin").run("deploy", *arguments, "--out", str(out))
    assert refused.code == 2
    assert told in " ".join(refused.stderr.split())
    assert not out.exists()


def test_the_image_leaves_the_place_of_the_store_to_settings_and_secrets(scene: Scene, out: Path) -> None:
    """What stands in an image's environment would win over /run/secrets."""
    assert scene.host("admin").run("deploy", "compose", "--out", str(out)).code == 0
    image = (out / "Dockerfile").read_text("utf-8")
    assert "DIRSYNC_STORE" not in image
    assert "XDG_STATE_HOME=/var/lib" in image
    assert "--extra workers" in image
