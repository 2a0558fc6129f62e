"""What tests do with any LDAP server of their own: interrupt it, change its entries, ask for a second opinion."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path


class LdapServer:
    """A server of our own: its process, and its administrator's command-line clients.

    `url`, `admin_dn` and `admin_password` say how the administrator gets in; `clients` and `environment` are the
    programs of OpenLDAP, which speak to every LDAP server. A subclass says how it starts.
    """

    base: str
    url: str
    admin_dn: str
    admin_password: str
    clients: dict[str, Path]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        raise NotImplementedError

    def _signal(self, what: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(what)

    def stop(self) -> None:
        """End it in good order."""
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        if self.process:
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it as a power failure would."""
        self._signal(signal.SIGKILL)
        if self.process:
            self.process.wait(10)

    def hang(self) -> None:
        """Let it stop answering while its port stays open; `wake` ends that."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """End `hang`."""
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stop it and start it on the same port and data."""
        self.stop()
        self.start()

    def client(self, program: str, *arguments: str, ldif: str = "") -> subprocess.CompletedProcess[str]:
        """Run `ldapsearch`, `ldapadd` or `ldapmodify` as the administrator."""
        command = [str(self.clients[program]), "-x", "-H", self.url, "-D", self.admin_dn]
        return subprocess.run(
            [*command, "-w", self.admin_password, *arguments],
            env=self.environment,
            input=ldif,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def modify(self, ldif: str) -> None:
        """Carry out change records with ldapmodify."""
        done = self.client("ldapmodify", ldif=ldif)
        assert done.returncode == 0, f"ldapmodify: {done.stderr}"

    def search(self, base: str, search_filter: str, *attributes: str) -> str:
        """Return what the administrator's ldapsearch prints: LDIF with no folded lines."""
        done = self.client(
            *("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt", "-b", base),
            *(search_filter, *attributes),
        )
        assert done.returncode == 0, f"ldapsearch: {done.stderr}"
        return done.stdout

    def count(self, base: str, search_filter: str) -> int:
        """Count entries as the admin's ldapsearch sees them: a second opinion on every read."""
        return len(re.findall(r"^dn:", self.search(base, search_filter, "1.1"), flags=re.MULTILINE))
