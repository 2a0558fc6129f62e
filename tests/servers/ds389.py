"""A real 389 Directory Server for tests: private folders, no rights, 127.0.0.1 only, ended by its process id.

Making an instance takes seconds, so that a session has one; each `start_389()` gives a suffix of its own in it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from servers.ldap_server import LdapServer
from servers.programs import SBIN, SYSTEM, find_openldap, skip_or_fail
from servers.slapd import free_port

TEMPLATES = Path("/etc/dirsrv")
"""What a new instance is copied from; the package lets only its own group look inside."""
NOBODY = 65534
ADMIN_DN, ADMIN_PASSWORD = "cn=Directory Manager", "admin-Pa55"
INSTANCE = """
[general]
full_machine_name = localhost
strict_host_checking = False
start = False
[slapd]
instance_name = test
port = {port}
secure_port = {secure_port}
root_password = {password}
self_sign_cert = False
"""
# written before it first listens here, so that no plugin needs a restart and no port is open to others
CONFIGURATION = {
    "cn=config": {
        "nsslapd-listenhost": "127.0.0.1",
        "nsslapd-securelistenhost": "127.0.0.1",
        "nsslapd-accesslog-logging-enabled": "off",
    },
    "cn=MemberOf Plugin,cn=plugins,cn=config": {"nsslapd-pluginEnabled": "on", "memberofautoaddoc": "nsMemberOf"},
    "cn=referential integrity postoperation,cn=plugins,cn=config": {"nsslapd-pluginEnabled": "on"},
    "cn=Retro Changelog Plugin,cn=plugins,cn=config": {
        "nsslapd-pluginEnabled": "on",
        "nsslapd-attribute": "nsuniqueid:targetUniqueId",
    },
    "cn=Content Synchronization,cn=plugins,cn=config": {"nsslapd-pluginEnabled": "on"},
}
SUFFIX_ENTRY = """dn: {suffix}
objectClass: domain
dc: {name}
aci: (targetattr="*")(version 3.0; acl "people"; allow (read,search,compare) userdn="ldap:///all";)

dn: cn=reader,{suffix}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {password}
{limits}

"""


OPERATIONS_ERROR = 1
"""What ldapmodify exits with for that result (RFC 4511, appendix A)."""


class _Instance(LdapServer):
    """The one server process of a session."""

    def __init__(self, folder: Path) -> None:
        programs = find_openldap()
        self.clients, self.environment = programs.clients, programs.environment
        self.base, self.admin_dn, self.admin_password = "", ADMIN_DN, ADMIN_PASSWORD
        self.port = free_port()
        self.url = f"ldap://127.0.0.1:{self.port}"
        self._folder = folder
        self._prefix = folder / "prefix"
        self._program, maker = _find_389()
        self._create(maker)
        self._configure()
        self.imports = self._prefix / "var/lib/dirsrv/slapd-test/ldif"
        self.start()

    def _create(self, maker: Path) -> None:
        os.chown(self._folder, _user(), -1)
        request = self._folder / "instance.inf"
        request.write_text(
            INSTANCE.format(port=self.port, secure_port=free_port(), password=ADMIN_PASSWORD), encoding="utf-8"
        )
        wrappers = self._prefix / "bin"
        self._run(maker, "ds-root", self._prefix, wrappers)
        # it starts the server on all addresses for a moment: out of everybody's reach in a network of its own
        self._run(wrappers / "dscreate", "-v", "from-file", request, apart=True)

    def _run(self, *command: object, apart: bool = False) -> None:
        words = [*_as_nobody(), *(_in_a_network_of_its_own() if apart else []), *map(str, command)]
        done = subprocess.run(
            words, cwd=self._folder, env=self._own_environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout[-3000:]}{done.stderr[-3000:]}"

    def _own_environment(self) -> dict[str, str]:
        # its wrappers must come before the system's programs of the same names
        path = os.pathsep.join([str(self._prefix / "bin"), "/usr/sbin", "/usr/bin", "/sbin", "/bin"])
        name = "nobody" if _user() == NOBODY else os.environ.get("LOGNAME", "")
        given = {"HOME": str(self._folder), "PATH": path, "LC_ALL": "C.UTF-8", "PREFIX": str(self._prefix)}
        return given | ({"USER": name, "LOGNAME": name} if name else {})

    @property
    def _settings(self) -> Path:
        return self._prefix / "etc/dirsrv/slapd-test"

    def _configure(self) -> None:
        file = self._settings / "dse.ldif"
        records = re.split(r"\n\n+", file.read_text(encoding="utf-8").replace("\n ", ""))
        wanted = {name.lower(): changes for name, changes in CONFIGURATION.items()}
        for number, record in enumerate(records):
            changes = wanted.pop(record.partition("\n")[0].removeprefix("dn: ").lower(), {})
            for attribute, value in changes.items():
                kept = re.sub(rf"(?mi)^{re.escape(attribute)}: .*\n?", "", records[number]).rstrip("\n")
                records[number] = f"{kept}\n{attribute}: {value}"
        assert not wanted, f"this version has no {', '.join(wanted)}"
        file.write_text("\n\n".join(record.strip("\n") for record in records) + "\n", encoding="utf-8")

    def start(self) -> None:
        """See `LdapServer.start`."""
        log = (self._folder / "ns-slapd.log").open("ab")
        pid_file = self._prefix / "run/dirsrv/slapd-test.pid"
        command = [*_as_nobody(), str(self._program), "-D", str(self._settings), "-i", str(pid_file), "-d", "0"]
        self.process = subprocess.Popen(
            command, env=self._own_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        log.close()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            time.sleep(0.05)
        raise AssertionError(f"ns-slapd did not start: {(self._folder / 'ns-slapd.log').read_text()[-3000:]}")

    def load(self, suffix: str, backend: str, ldif: str) -> None:
        """Make a suffix of these entries. Plugins don't see an import: what they compute must stand in the entries."""
        file = self.imports / f"{backend}.ldif"
        file.write_text(ldif, encoding="utf-8")
        file.chmod(0o644)
        below = "cn=ldbm database,cn=plugins,cn=config"
        task = f"cn={backend},cn=import,cn=tasks,cn=config"
        deadline = time.monotonic() + 300
        made = (
            f"dn: cn={backend},{below}\nchangetype: add\nobjectClass: nsBackendInstance\n"
            f"objectClass: extensibleObject\ncn: {backend}\nnsslapd-suffix: {suffix}\n"
        )
        mapped = (
            f'dn: cn="{suffix}",cn=mapping tree,cn=config\nchangetype: add\nobjectClass: nsMappingTree\n'
            f'objectClass: extensibleObject\ncn: "{suffix}"\nnsslapd-state: backend\nnsslapd-backend: {backend}\n'
        )
        imported = (
            f"dn: {task}\nchangetype: add\nobjectClass: extensibleObject\ncn: {backend}\nnsFilename: {file}\n"
            f"nsInstance: {backend}\nttl: 600\n"
        )
        for record in (made, mapped, imported):
            # while the import before this one ends, the server answers some of these with operationsError
            while (done := self.client("ldapmodify", ldif=record)).returncode == OPERATIONS_ERROR:
                assert time.monotonic() < deadline, f"ldapmodify: {done.stderr}"
                time.sleep(0.05)
            assert done.returncode == 0, f"ldapmodify: {done.stderr}"
        while not (ended := re.search(r"(?mi)^nsTaskExitCode: (\S+)", self.search(task, "(cn=*)"))):
            assert time.monotonic() < deadline, "the import takes for ever"
            time.sleep(0.05)
        assert ended[1] == "0", self.search(task, "(cn=*)")
        # the task is over a moment before its backend is back in service, which answers operationsError until then
        while self.client("ldapsearch", "-LLL", "-s", "base", "-b", suffix, "1.1").returncode:
            assert time.monotonic() < deadline, "the suffix does not come into service"
            time.sleep(0.05)


class Ds389(LdapServer):
    """A suffix of the session's server. `admin_dn` may do everything; `reader_dn` reads under its own limits."""

    def __init__(self, instance: _Instance, name: str, ldif: str, limits: Mapping[str, object]) -> None:
        self._instance = instance
        self.clients, self.environment = instance.clients, instance.environment
        self.base, self.url, self.port = f"dc={name}", instance.url, instance.port
        self.admin_dn, self.admin_password = instance.admin_dn, instance.admin_password
        self.reader_dn, self.reader_password = f"cn=reader,{self.base}", "reader-Pa55"
        lines = "\n".join(f"{attribute}: {value}" for attribute, value in limits.items())
        entries = SUFFIX_ENTRY.format(suffix=self.base, name=name, password=self.reader_password, limits=lines)
        instance.load(self.base, name, re.sub(r"\n\n+", "\n\n", entries) + ldif)

    @property
    def process(self) -> subprocess.Popen[bytes] | None:  # type: ignore[override] # it belongs to all suffixes
        return self._instance.process

    def start(self) -> None:
        """See `LdapServer.start`."""
        self._instance.start()


def _find_389() -> tuple[Path, Path]:
    """Return ns-slapd and dscreate; without them, or the right to copy from the templates, the test is skipped."""
    found = [
        next((path for folder in SBIN if (path := SYSTEM / folder / name).is_file()), None)
        for name in ("ns-slapd", "dscreate")
    ]
    if not (found[0] and found[1] and shutil.which("setpriv") and shutil.which("unshare")):
        skip_or_fail("389 Directory Server (389-ds-base)")
    if not os.access(TEMPLATES / "config", os.R_OK):
        skip_or_fail(f"389 Directory Server (389-ds-base) whose {TEMPLATES} this user may read")
    assert found[0]
    assert found[1]
    return found[0], found[1]


def _user() -> int:
    return os.getuid() or NOBODY


def _as_nobody() -> list[str]:
    """Return what gives up root, which 389-DS refuses, and keeps the group that may read the templates."""
    if os.getuid() != 0:
        return []
    group = TEMPLATES.stat().st_gid
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", f"--groups={group}", "--no-new-privs"]


def _in_a_network_of_its_own() -> list[str]:
    """Return what gives a program a network nobody else is in; nothing where this machine forbids that to its users."""
    apart = ["unshare", "--map-current-user", "--net"]
    tried = subprocess.run([*_as_nobody(), *apart, "true"], capture_output=True, check=False)
    return apart if tried.returncode == 0 else []


class Start389:
    """Gives suffixes of the session's server: `start_389(people, nsSizeLimit=50)`; the limits are those of its reader.

    `entries` returns the LDIF of what is to stand below the name of a suffix.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._instance: _Instance | None = None
        self._numbers = itertools.count()

    def __call__(self, entries: Callable[[str], str], **limits: object) -> Ds389:
        self._instance = self._instance or _Instance(self._folder)
        name = f"suffix{next(self._numbers)}"
        return Ds389(self._instance, name, entries(f"dc={name}"), limits)

    def stop(self) -> None:
        if self._instance:
            self._instance.stop()


@pytest.fixture(scope="session")
def start_389() -> Iterator[Start389]:
    # not below pytest's folder, which nobody but its owner may enter; and short, for its socket's sake
    with tempfile.TemporaryDirectory(prefix="ds389-", ignore_cleanup_errors=True) as folder:
        starter = Start389(Path(folder))
        yield starter
        starter.stop()
