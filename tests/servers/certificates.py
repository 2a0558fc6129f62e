"""Throw-away certificates, made with the openssl program so that the tests depend on no cryptography package."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, in PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority of its own, in `folder`; `ca_file` is what clients trust."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.ca_file = folder / "ca.pem"
        self._key = folder / "ca.key"
        _openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=dirsync test authority"),
            *("-keyout", self._key, "-out", self.ca_file),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )

    def issue(
        self, name: str, alternative_names: str, days: int = 30, begins_in: int = 0, usage: str = "serverAuth"
    ) -> Certificate:
        """Issue a certificate, e.g. for `DNS:localhost,IP:127.0.0.1`; negative days: expired before it began.

        `begins_in` days it comes into force; `usage` clientAuth makes it one to log in with.
        """
        made = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        request, extensions = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        extensions.write_text(
            f"subjectAltName={alternative_names}\nextendedKeyUsage={usage}\nauthorityKeyIdentifier=keyid\n"
        )
        _openssl(
            *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}.test"),
            *("-keyout", made.key, "-out", request),
        )
        if begins_in:
            self._sign_for_later(made, request, extensions, datetime.now(UTC) + timedelta(begins_in), days)
        else:
            _openssl(
                *("x509", "-req", "-in", request, "-CA", self.ca_file, "-CAkey", self._key, "-CAcreateserial"),
                *("-days", str(days), "-extfile", extensions, "-out", made.certificate),
            )
        # a slapd that gives up root must still be able to read it
        made.key.chmod(0o644)
        return made

    def issue_to_itself(self, name: str, alternative_names: str) -> Certificate:
        """Make a certificate that no authority has signed."""
        made = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        _openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}.test"),
            *("-addext", f"subjectAltName={alternative_names}", "-keyout", made.key, "-out", made.certificate),
        )
        made.key.chmod(0o644)
        return made

    def _sign_for_later(self, made: Certificate, request: Path, extensions: Path, begin: datetime, days: int) -> None:
        """Sign with `openssl ca`: only it takes a beginning in every version that is around."""
        index, configuration = request.with_suffix(".index"), request.with_suffix(".cnf")
        index.touch()
        configuration.write_text(
            f"[ca]\ndefault_ca=ours\n[ours]\ndatabase={index}\nnew_certs_dir={self._folder}\nrand_serial=yes\n"
            "policy=any\ndefault_md=sha256\n[any]\ncommonName=supplied\n"
        )
        _openssl(
            *("ca", "-batch", "-notext", "-config", configuration, "-in", request, "-out", made.certificate),
            *("-cert", self.ca_file, "-keyfile", self._key, "-extfile", extensions),
            *("-startdate", f"{begin:%Y%m%d%H%M%SZ}", "-enddate", f"{begin + timedelta(days):%Y%m%d%H%M%SZ}"),
        )


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, stdin=subprocess.DEVNULL)
