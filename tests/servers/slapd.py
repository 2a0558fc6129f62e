"""A real slapd for tests: own configuration, own data, a free port on 127.0.0.1, stopped by its process id."""

from __future__ import annotations

import base64
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from servers.certificates import Authority, Certificate
from servers.ldap_server import LdapServer
from servers.programs import OpenLdap, find_openldap, find_sample_data

SUFFIX = "dc=example,dc=org"
SCHEMAS = ("core", "cosine", "inetorgperson", "nis", "dyngroup")
# what users other than the admin may read; `limits` works inside a database section only
LIMITS = {
    "none": "limits * size=unlimited time=unlimited",
    "plain": "limits users size.soft={n} size.hard={n} size.prtotal=unlimited",
    "hard": "limits users size={n}",
    "total": "limits users size.pr=unlimited size.prtotal={n} size={n}",
    "page": "limits users size.pr={n} size.prtotal=unlimited size=unlimited",
    "no-paging": "limits users size.prtotal=disabled size={n}",
    "time": "limits users size=unlimited time={n}",
}
# 389-DS keeps access rules in `aci`, which its sample data has on the entries everything else hangs from.
# There it is operational; slapd takes operational attributes from nobody, so that content rules allow it instead.
FOREIGN_SCHEMA = """
attributetype ( 2.16.840.1.113730.3.1.55 NAME 'aci' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
ditcontentrule ( 2.5.6.4 NAME 'organizationContent' AUX dcObject MAY aci )
ditcontentrule ( 2.5.6.5 NAME 'organizationalUnitContent' MAY aci )
ditcontentrule ( 0.9.2342.19200300.100.4.13 NAME 'domainContent' MAY aci )
"""


@dataclass(frozen=True)
class Loaded:
    """What became of foreign entries: those accepted, and those refused by name with slapd's reason."""

    accepted: int
    refused: dict[str, str] = field(default_factory=dict)


class Slapd(LdapServer):
    """A running slapd. `admin_dn` may do everything; `reader_dn` reads under the chosen limits."""

    def __init__(  # a test chooses by keyword what it needs
        self,
        folder: Path,
        programs: OpenLdap,
        authority: Authority,
        *,
        ldif: str = "",
        suffixes: tuple[str, ...] = (SUFFIX,),
        limits: str = "none",
        size: int = 500,
        certificate: Certificate | None = None,
        memberof: bool = False,
        session_log: int | None = 0,
        extra: str = "",
        options: str = "",
        gibibytes: int = 1,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._programs = programs
        self._gibibytes = gibibytes
        self.clients, self.environment = programs.clients, programs.environment
        self._socket = folder / "ldapi"
        self.data = folder / "data-0"
        """Where the entries of its first suffix are."""
        self.base = suffixes[0]
        self.admin_dn, self.admin_password = f"cn=admin,{self.base}", "admin-Pa55"
        self.reader_dn, self.reader_password = f"cn=reader,{self.base}", "reader-Pa55"
        self.ca_file = authority.ca_file
        self.port, self.tls_port = free_port(), free_port()
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.ldaps_url = f"ldaps://localhost:{self.tls_port}"
        self.ldapi_url = f"ldapi://{quote(str(self._socket), safe='')}"
        used = certificate or authority.issue(f"slapd-{self.port}", "DNS:localhost,IP:127.0.0.1")
        self._configuration = folder / "slapd.conf"
        self._configuration.write_text(
            self._global_part(used)
            + options
            + "".join(
                self._database(n, suffix, limits, size, memberof=memberof, session_log=session_log, extra=extra)
                for n, suffix in enumerate(suffixes)
            ),
            encoding="utf-8",
        )
        self.load(self._reader() + ldif)
        self.start()

    def _global_part(self, used: Certificate) -> str:
        programs = self._programs
        includes = "".join(f"include {programs.schema / name}.schema\n" for name in SCHEMAS)
        return (
            f"{includes}{FOREIGN_SCHEMA}modulepath {programs.modules}\nmoduleload back_mdb\nmoduleload memberof\n"
            "moduleload syncprov\nmoduleload ppolicy\n"
            f"pidfile {self._folder / 'slapd.pid'}\nTLSCACertificateFile {self.ca_file}\n"
            f"TLSCertificateFile {used.certificate}\nTLSCertificateKeyFile {used.key}\n"
            "sizelimit 500\nthreads 4\n"
        )

    def _database(
        self, number: int, suffix: str, limits: str, size: int, *, memberof: bool, session_log: int | None, extra: str
    ) -> str:
        data = self._folder / f"data-{number}"
        data.mkdir(exist_ok=True)
        root = f'rootdn "{self.admin_dn}"\n' + (f"rootpw {self.admin_password}\n" if number == 0 else "")
        return (
            f'\ndatabase mdb\nsuffix "{suffix}"\n{root}directory {data}\nmaxsize {self._gibibytes << 30}\n'
            "envflags nosync writemap\nindex objectClass,uid,cn,member eq\nindex entryUUID,entryCSN eq\n"
            f"{LIMITS[limits].format(n=size)}\n{extra}\n"
            "access to attrs=userPassword by anonymous auth by * none\naccess to * by users read by anonymous read\n"
            + ("" if session_log is None else "overlay syncprov\n")
            + (f"syncprov-sessionlog {session_log}\n" if session_log else "")
            + "overlay ppolicy\n"
            + ("overlay memberof\n" if memberof else "")
        )

    def _reader(self) -> str:
        """Return the suffix entry and the reader; foreign suffixes bring their own entries."""
        if not self.base.startswith("dc="):
            return ""
        name = self.base.partition(",")[0].removeprefix("dc=")
        return (
            f"dn: {self.base}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: {name}\n\n"
            f"dn: {self.reader_dn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\n"
            f"userPassword: {self.reader_password}\n\n"
        )

    def tell_changes(self, session_log: int) -> None:
        """Start anew as a provider (RFC 4533) of the same data; only for one that was started without a session log."""
        self.stop()
        text = self._configuration.read_text(encoding="utf-8")
        assert "overlay syncprov" not in text
        provider = f"overlay syncprov\nsyncprov-sessionlog {session_log}\n"
        self._configuration.write_text(text.replace("overlay ppolicy\n", provider + "overlay ppolicy\n"))
        self.start()

    def load(self, ldif: str) -> None:
        """Load entries with slapadd; slapd must not run."""
        seed = self._folder / "seed.ldif"
        seed.write_text(ldif, encoding="utf-8")
        # `slapd -T add` is slapadd: the same program by another name, and only slapd is sure to be there
        command = [self._programs.slapd, "-T", "add", "-q", "-f", self._configuration, "-b", self.base, "-l", seed]
        done = subprocess.run(
            list(map(str, command)), env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"slapadd: {done.stderr}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = (self._folder / "slapd.log").open("ab")
        urls = f"{self.url}/ ldaps://127.0.0.1:{self.tls_port}/ {self.ldapi_url}"
        self.process = subprocess.Popen(
            [str(self._programs.slapd), "-f", str(self._configuration), "-h", urls, "-d", "0"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        log.close()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.tls_port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"slapd did not start: {(self._folder / 'slapd.log').read_text()}")

    def add_foreign(self, path: Path) -> Loaded:
        """Add the entries of a file that nobody made for slapd, one by one; what it refuses is returned by name."""
        skipped = self._folder / f"skipped-{path.name}"
        skipped.unlink(missing_ok=True)
        done = self.client("ldapadd", "-c", "-S", str(skipped), ldif=path.read_text(encoding="utf-8"))
        tried = len(re.findall(r"^adding new entry ", done.stdout, flags=re.MULTILINE))
        refused: dict[str, str] = {}
        if skipped.exists():
            for record in re.split(r"\n\n+", skipped.read_text(encoding="utf-8").replace("\n ", "")):
                reason = re.search(r"^# Error: (.*)$", record, flags=re.MULTILINE)
                name = re.search(r"^dn:(:?) *(.*)$", record, flags=re.MULTILINE)
                if reason and name:
                    dn = base64.b64decode(name[2]).decode() if name[1] else name[2]
                    refused[dn] = reason[1]
        return Loaded(tried - len(refused), refused)


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def people_ldif(count: int, base: str = SUFFIX, group_size: int = 10) -> str:
    """Return `count` people below ou=people and a group for each `group_size` of them below ou=groups."""
    parts = [f"dn: ou={name},{base}\nobjectClass: organizationalUnit\nou: {name}\n\n" for name in ("people", "groups")]
    parts.extend(
        f"dn: uid=user{n:06d},ou=people,{base}\nobjectClass: inetOrgPerson\nuid: user{n:06d}\ncn: User {n}\n"
        f"sn: Surname {n}\ngivenName: Given {n}\nmail: user{n:06d}@example.org\n\n"
        for n in range(count)
    )
    for first in range(0, count, group_size):
        members = "".join(
            f"member: uid=user{n:06d},ou=people,{base}\n" for n in range(first, min(count, first + group_size))
        )
        name = f"group{first // group_size:05d}"
        parts.append(f"dn: cn={name},ou=groups,{base}\nobjectClass: groupOfNames\ncn: {name}\n{members}\n")
    return "".join(parts)


class StartSlapd:
    """Starts slapds for a test session: `start_slapd(ldif=…, limits=…)`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs = find_openldap()
        self.authority = Authority(folder / "authority")
        self._running: list[Slapd] = []

    def __call__(self, **choices: object) -> Slapd:
        """Start one; see `Slapd` for the choices."""
        started = Slapd(
            self._folder / f"slapd-{len(self._running)}",
            self._programs,
            self.authority,
            **choices,  # type: ignore[arg-type]
        )
        self._running.append(started)
        return started

    def stop_all(self) -> None:
        """Stop whatever still runs."""
        for running in self._running:
            running.stop()


@pytest.fixture(scope="session")
def start_slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSlapd]:
    starter = StartSlapd(tmp_path_factory.mktemp("slapd"))
    yield starter
    starter.stop_all()


@pytest.fixture(scope="session")
def sample_data() -> Path:
    return find_sample_data()
