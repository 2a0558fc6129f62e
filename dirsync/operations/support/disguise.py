"""What stands for a name, a host, a path, the name of an entry or a filter: of the same form, so that it works."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dirsync.directories.ldap.dn import parse
from dirsync.mapping.templates import is_template, template

if TYPE_CHECKING:
    from dirsync.reports.pseudonyms import Pseudonyms


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


ATTRIBUTES = words_of(
    "accountexpires active c cn co company dc department description displayname distinguishedname email "
    "employeenumber employeetype entrydn entryuuid first_name gecos gidnumber givenname homedirectory info "
    "initials ipaguid l last_name mail manager member memberof memberuid modifytimestamp name nsaccountlock "
    "nsuniqueid o objectcategory objectclass objectguid objectsid ou preferredlanguage primarygroupid "
    "proxyaddresses pwdaccountlockedtime samaccountname samaccounttype seealso shadowexpire sn st street "
    "telephonenumber title uid uidnumber uniquemember useraccountcontrol username userpassword userprincipalname "
    "whenchanged"
)
"""Names out of published schemas, and Crowd's own; an attribute that a house has made itself may bear its name."""
CLASSES = words_of(
    "account computer group groupofentries groupofnames groupofuniquenames groupofurls inetorgperson msds- "
    "groupmanagedserviceaccount nsaccount nsperson organization organizationalperson organizationalunit person "
    "posixaccount posixgroup shadowaccount top user"
)
_FOLDERS = words_of(
    "app certs config credentials crowd data dirsync etc exports home jira lib local log mnt node-exporter opt "
    "pki private prometheus root run secrets srv ssl state tmp usr var"
)
_ENDINGS = frozenset(
    {".cer", ".crt", ".db", ".env", ".json", ".key", ".ldif", ".log", ".pem", ".prom", ".yaml", ".yml"}
)
_PATHS_OF_PRODUCTS = frozenset({"", "/", "/crowd", "/crowd/", "/jira", "/jira/"})
_LITERAL = frozenset({"true", "false"})
_FLAGS = frozenset({"useraccountcontrol", "accountexpires", "primarygroupid", "samaccounttype"})
"""Attributes whose numbers are the schema's, not somebody's."""
_ITEM = re.compile(r"([A-Za-z0-9;._-]*)((?::[A-Za-z0-9._-]+)*)(>=|<=|~=|:=|=)([^()]*)", re.DOTALL)
_RULES = frozenset({"", ":dn", ":1.2.840.113556.1.4.803", ":1.2.840.113556.1.4.804", ":1.2.840.113556.1.4.1941"})


@dataclass(frozen=True, slots=True)
class Disguise:
    """Makes what stands for something. The same stands for the same, so that what belongs together is seen to."""

    pseudonyms: Pseudonyms

    def name(self, kind: str, text: str) -> str:
        """Return what stands for a name or a pattern of names: its `*` stay."""
        return "*".join(self.pseudonyms.name(kind, piece) if piece.strip() else piece for piece in text.split("*"))

    def attribute(self, text: str) -> str:
        """Return the name of an attribute, with options; one of no published schema is replaced."""
        bare, *options = text.split(";")
        if bare.lower() in ATTRIBUTES and not options:
            return text
        return bare if bare.lower() in ATTRIBUTES else self.pseudonyms.name("attribute", bare)

    def told_by(self, text: str) -> str:
        """Return the name of an attribute, or a template of several without its own text."""
        if not is_template(text):
            return self.attribute(text) if text else ""
        try:
            pieces = template(text).pieces
        except ValueError:
            return self.pseudonyms.name("attribute", text)
        told = []
        for piece in pieces:
            if isinstance(piece, str):
                told.append(self.pseudonyms.exact("text", piece) if piece.strip() else " ")
                continue
            default = "" if piece.default is None else ":-" + self.pseudonyms.exact("text", piece.default)
            told.append("{" + "|".join((self.attribute(piece.attribute), *piece.transforms)) + default + "}")
        return "".join(told)

    def object_class(self, text: str) -> str:
        """Return the name of a class; one of no published schema is replaced."""
        return text if text.lower() in CLASSES else self.name("class", text)

    def entry(self, text: str) -> str:
        """Return the name of an entry with other values; what is below what stays so."""
        try:
            parts = parse(text)
        except ValueError:
            return self.pseudonyms.exact("entry", text)
        return ",".join(
            "+".join(f"{self.attribute(name)}={self._value(value)}" for name, value in one) for one in parts
        )

    def account(self, text: str) -> str:
        """Return who logs in: the name of an entry, or a username."""
        return self.entry(text) if "=" in text else self.name("user", text)

    def filter(self, text: str) -> str:
        """Return an LDAP filter that asks for other values."""
        told: list[str] = []
        for part in re.split(r"([()])", text.strip()):
            operator, item = part.strip(), _ITEM.fullmatch(part.strip())
            if part in {"(", ")"} or operator in {"", "&", "|", "!"}:
                told.append(operator)
            elif item and item[2].lower() in _RULES:
                told.append(self._asked(*item.groups()))
            else:
                return f"(cn={self.pseudonyms.exact('filter', text)})"
        return "".join(told)

    def _asked(self, attribute: str, rule: str, operator: str, value: str) -> str:
        name = attribute.lower()
        if name == "objectclass":
            value = value if value == "*" else self.object_class(value)
        elif not (value.lower() in _LITERAL or (name in _FLAGS and value.isdecimal())):
            value = "*".join(self._value(piece) if piece else "" for piece in value.split("*"))
        return f"{self.attribute(attribute)}{rule}{operator}{value}"

    def _value(self, value: str) -> str:
        return self.pseudonyms.name("value", value) or "value"

    def host(self, text: str) -> str:
        """Return a host that is none; loopback addresses are nobody's and stay."""
        bare = text.strip("[]").lower()
        try:
            is_loopback = ip_address(bare).is_loopback
        except ValueError:
            is_loopback = bare == "localhost"
        return text if is_loopback else f"{self.pseudonyms.name('host', bare)}.invalid"

    def url(self, text: str) -> str:
        """Return an address, or several with blanks or commas between, to another host."""
        return " ".join(self._url(one) for one in re.split(r"[\s,]+", text.strip()))

    def _url(self, text: str) -> str:
        scheme, separator, rest = text.partition("://")
        if not separator or scheme.lower() not in {"ldap", "ldaps", "ldapi", "http", "https"}:
            return self.pseudonyms.exact("address", text)
        if scheme.lower() == "ldapi":
            return f"ldapi://%2F{self.pseudonyms.exact('socket', rest)}"
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return self.pseudonyms.exact("address", text)
        shown = self.host(host) if host else ""
        shown = f"[{shown}]" if ":" in shown else shown
        path = parts.path if parts.path in _PATHS_OF_PRODUCTS else f"/{self.pseudonyms.exact('path', parts.path)}"
        return f"{scheme}://{shown}{f':{port}' if port is not None else ''}{path}"

    def path(self, text: str) -> str:
        """Return a path of the same depth; folders that are in every system stay."""
        *folders, file = text.split("/")
        ending = file[file.rfind(".") :].lower() if "." in file else ""
        kept = ending if ending in _ENDINGS else ""
        stem = file.lower().removesuffix(kept)
        shown = stem if stem in {"dirsync", ".", "", *_FOLDERS} else self.pseudonyms.exact("file", file)
        return "/".join([*(self._folder(one) for one in folders), shown + kept])

    def _folder(self, text: str) -> str:
        is_everywhere = text in {"", ".", ".."} or text in _FOLDERS
        return text if is_everywhere else self.pseudonyms.exact("folder", text)
