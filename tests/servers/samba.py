"""A real Samba AD domain controller for tests: an address of 127/8 to itself, all files in the test's own folder.

Its ports can't be chosen, and lie below 1024: whoever is not root runs the tests in a namespace of its own
(`unshare --map-root-user --net`, then `ip link set lo up`). A domain is made once for all workers, and copied.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from servers.certificates import Authority
from servers.ldap_server import LdapServer
from servers.programs import SBIN, SYSTEM, find_openldap, skip_or_fail

SUFFIX = "DC=corp,DC=example,DC=org"
REALM, SHORT_NAME, HOST = "CORP.EXAMPLE.ORG", "CORP", "dc1"
PASSWORD = "adm1n-Pa55"
TOOLS = Path(__file__).with_name("samba_tools.py")
PYTHON = Path("/usr/bin/python3")
LDAP, LDAPS = 389, 636
PORTS = (LDAP, LDAPS, 88, 3268, 3269)
"""With Kerberos and the global catalog."""
RESERVATION = 38900
"""Nobody answers here: whoever has this port of an address may start a Samba there."""
CONFIGURATION = """[global]
netbios name = {host}
realm = {realm}
workgroup = {short_name}
server role = active directory domain controller
server services = ldap, cldap, rpc, kdc, winbindd
interfaces = {address}/8
bind interfaces only = yes
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}
pid directory = {folder}
ncalrpc dir = {folder}/ncalrpc
winbindd socket directory = {folder}/winbindd
ntp signd socket directory = {folder}/ntp
binddns dir = {folder}/bind-dns
log file = {folder}/log.%m
tls enabled = yes
tls cafile = {ca_file}
tls certfile = {certificate}
tls keyfile = {key}
vfs objects = dfs_samba4 acl_xattr xattr_tdb
xattr_tdb:file = {folder}/xattr.tdb
"""


class Samba(LdapServer):
    """A running domain controller. Both `admin_dn` and `reader_dn` are people below CN=Users, as in any domain."""

    def __init__(self, folder: Path, template: Path, authority: Authority, ldif: str) -> None:
        programs = find_openldap()
        self._program = _find_samba()
        self._folder = folder
        self.address, self._reservation = reserve_address()
        self.base, self.ca_file = SUFFIX, authority.ca_file
        self.url, self.clear_url = f"ldaps://{self.address}:{LDAPS}", f"ldap://{self.address}:{LDAP}"
        self.port = LDAPS
        self.admin_dn, self.admin_password = f"CN=Administrator,CN=Users,{SUFFIX}", PASSWORD
        self.reader_dn, self.reader_password = f"CN=reader,CN=Users,{SUFFIX}", "reader-Pa55"
        self.clients = programs.clients
        self.environment = {**programs.environment, "LDAPTLS_CACERT": str(authority.ca_file)}
        # it would make the clients deaf to the line above
        self.environment.pop("LDAPNOINIT", None)
        # reflinks where the file system has them: the databases are large and mostly the same
        shutil.copytree(template, folder, dirs_exist_ok=True, symlinks=True)
        self._settings = folder / "smb.conf"
        used = authority.issue(f"samba-{self.address}", f"IP:{self.address}")
        # Samba refuses a key that others may read
        used.key.chmod(0o600)
        self._settings.write_text(
            CONFIGURATION.format(
                host=HOST,
                realm=REALM,
                short_name=SHORT_NAME,
                folder=folder,
                address=self.address,
                ca_file=authority.ca_file,
                certificate=used.certificate,
                key=used.key,
            ),
            encoding="utf-8",
        )
        self.load(account_ldif("reader", f"CN=Users,{SUFFIX}", password=self.reader_password) + ldif)
        self.start()

    def load(self, ldif: str) -> None:
        """Carry out change records past the server, in one transaction."""
        _samba_python("load", self._settings, given=ldif)

    def guard(self, name: str, *aces: str) -> None:
        """Put access control entries (SDDL) in front of those an entry has; `{reader}` stands for that account."""
        _samba_python("guard", self._settings, name, *aces)

    def start(self) -> None:
        """See `LdapServer.start`."""
        log = (self._folder / "samba.log").open("ab")
        self.process = subprocess.Popen(
            [str(self._program), "-F", "--no-process-group", "-s", str(self._settings), "--debug-stdout"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection((self.address, LDAPS), 1).close()
                return
            time.sleep(0.05)
        raise AssertionError(f"samba did not start: {(self._folder / 'samba.log').read_text()[-3000:]}")

    def _signal(self, what: signal.Signals) -> None:
        """Tell all of its processes, which share the session it was started in."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, what)

    def stop(self) -> None:
        """See `LdapServer.stop`."""
        super().stop()
        self._wait_for_children()

    def kill(self) -> None:
        """See `LdapServer.kill`."""
        super().kill()
        self._wait_for_children()

    def _wait_for_children(self) -> None:
        """Wait until nobody answers: the first process ends before those that listen."""
        deadline = time.monotonic() + 20
        while not _is_free(self.address):
            assert time.monotonic() < deadline, f"a process of samba lives on: {self.address} is still taken"
            time.sleep(0.02)

    def rid(self, name: str) -> int:
        """Return the last part of an entry's SID, which is what primaryGroupID holds."""
        found = re.search(r"(?m)^objectSid:: (\S+)$", self.search(name, "(objectSid=*)", "objectSid"))
        assert found, f"{name} has no SID"
        return int(struct.unpack("<I", base64.b64decode(found[1])[-4:])[0])


def account_ldif(name: str, base: str, *, password: str = "", control: int = 512, **attributes: str) -> str:
    """Return the record that makes an account; without a password it needs none (flag 32)."""
    lines = [f"dn: CN={name},{base}", "changetype: add", "objectClass: user"]
    lines += [f"sAMAccountName: {attributes.pop('sAMAccountName', name)}"]
    lines += [f"userAccountControl: {control if password else control | 32}"]
    lines += [f"{attribute}: {value}" for attribute, value in attributes.items()]
    if password:
        # what Windows asks of a password that is set: quoted, in UTF-16 ([MS-ADTS] 3.1.1.3.1.5.1)
        lines.append("unicodePwd:: " + base64.b64encode(f'"{password}"'.encode("utf-16-le")).decode())
    return _ascii("\n".join(lines)) + "\n\n"


def _ascii(record: str) -> str:
    """Write lines that are not ASCII in base64, as LDIF must (RFC 2849)."""
    lines = (line.partition(": ") for line in record.split("\n"))
    return "\n".join(
        f"{name}{separator}{value}" if value.isascii() else f"{name}:: {base64.b64encode(value.encode()).decode()}"
        for name, separator, value in lines
    )


def unit_ldif(name: str) -> str:
    """Return the record that makes an organizational unit below the suffix."""
    return f"dn: OU={name},{SUFFIX}\nchangetype: add\nobjectClass: organizationalUnit\n\n"


def group_ldif(name: str, base: str, *members: str) -> str:
    """Return the record that makes a group of the members, given by DN."""
    lines = [f"dn: CN={name},{base}", "changetype: add", "objectClass: group", f"sAMAccountName: {name}"]
    return "\n".join(map(_ascii, [*lines, *(f"member: {member}" for member in members)])) + "\n\n"


def _samba_python(*arguments: str | Path, given: str = "") -> None:
    done = subprocess.run(
        # -I: the test's own environment must not reach the system's Python
        [str(PYTHON), "-I", str(TOOLS), *map(str, arguments)],
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{arguments[0]}: {done.stdout[-1500:]}{done.stderr[-3000:]}"


def _find_samba() -> Path:
    """Find samba; without it, its Python modules or the right to its ports the test is skipped, or fails in CI."""
    program = next((path for folder in SBIN if (path := SYSTEM / folder / "samba").is_file()), None)
    modules = ["import samba.samdb, samba.netcmd.main, samba.provision"]
    has_modules = (
        PYTHON.is_file() and subprocess.run([PYTHON, "-I", "-c", *modules], capture_output=True, check=False).returncode
    ) == 0
    templates = SYSTEM / "usr/share/samba/setup"
    if not (program and has_modules and templates.is_dir()):
        skip_or_fail("Samba (samba, samba-ad-provision, python3-samba)")
    assert program
    return program


def reserve_address() -> tuple[str, socket.socket]:
    """Return an address of 127/8 where Samba can listen, and what keeps it from other test runs until it is closed.

    Without the right to Samba's ports the test is skipped.
    """
    for last in range(10, 255):
        address = f"127.0.0.{last}"
        reservation = socket.socket()
        try:
            reservation.bind((address, RESERVATION))
            if _is_free(address):
                return address, reservation
        except PermissionError:
            reservation.close()
            skip_or_fail(
                "the right to ports below 1024, which Samba needs,",
                "run the tests as root, or in 'unshare --map-root-user --net' after 'ip link set lo up'",
            )
        except OSError:
            pass
        reservation.close()
    raise AssertionError("Samba's ports are taken on every address of 127.0.0.0/24")


def _is_free(address: str) -> bool:
    """Say whether Samba can listen there. Raises PermissionError."""
    for port in PORTS:
        with socket.socket() as probe:
            # connections of an earlier server that are still winding up are no server
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
                # with that option two may be bound, but only one may listen
                probe.listen()
            except PermissionError:
                raise
            except OSError:
                return False
    return True


class StartSamba:
    """Starts domain controllers: `start_samba(ldif=…)`, each with the same new domain and entries of its own."""

    def __init__(self, folder: Path, shared: Path) -> None:
        self._folder, self._shared = folder, shared
        self._template: Path | None = None
        self._authority: Authority | None = None
        self._running: list[Samba] = []

    def __call__(self, ldif: str = "") -> Samba:
        _find_samba()
        self._authority = self._authority or Authority(self._folder / "authority")
        self._template = self._template or self._provisioned()
        started = Samba(self._folder / f"dc{len(self._running)}", self._template, self._authority, ldif)
        self._running.append(started)
        return started

    def _provisioned(self) -> Path:
        folder, whole = self._shared / "new-domain", self._shared / "new-domain-is-whole"
        # making one takes a core for many seconds: the second worker waits, and copies
        with FileLock(self._shared / "new-domain.lock"):
            if not whole.exists():
                # what is there is of a worker that died
                shutil.rmtree(folder, ignore_errors=True)
                _samba_python("provision", *_provisioning(folder))
                whole.touch()
        return folder

    def stop_all(self) -> None:
        for running in self._running:
            running.stop()
            running._reservation.close()


def _provisioning(folder: Path) -> list[str]:
    return [
        *(f"--realm={REALM}", f"--domain={SHORT_NAME}", "--server-role=dc", "--dns-backend=NONE"),
        *(f"--adminpass={PASSWORD}", f"--host-name={HOST}", "--host-ip=127.0.0.10", f"--targetdir={folder}"),
        *("--option=vfs objects=dfs_samba4 acl_xattr xattr_tdb", f"--option=xattr_tdb:file={folder}/xattr.tdb"),
    ]


@pytest.fixture(scope="session")
def start_samba(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[StartSamba]:
    own = tmp_path_factory.getbasetemp()
    # pytest-xdist keeps the folders of a run's workers in one folder; without workers that one is everybody's
    starter = StartSamba(tmp_path_factory.mktemp("samba"), own if worker_id == "master" else own.parent)
    yield starter
    starter.stop_all()
