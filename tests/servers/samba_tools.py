"""What only Samba's own Python modules can do. Run by the system's Python, which has them.

usage: samba_tools.py provision OPTION…     makes a domain controller, as `samba-tool domain provision` does
       samba_tools.py load SMB_CONF < LDIF  writes entries past the LDAP server, which is ten times as fast
       samba_tools.py guard SMB_CONF NAME ACE…  puts access control entries (SDDL) in front of those an entry has;
                                            {ACCOUNT} in one stands for that account
"""

import re
import sys

import samba.provision


def provision(*options: str) -> int:
    from samba.netcmd.main import cmd_sambatool

    # it gives files to ids that a user namespace doesn't have, and no test shares files
    samba.provision.setsysvolacl = lambda *_, **__: None
    return int(cmd_sambatool()._run("samba-tool", "domain", "provision", *options) or 0)


def guard(smb_conf: str, name: str, *aces: str) -> int:
    import ldb
    from samba.dcerpc import security
    from samba.ndr import ndr_pack, ndr_unpack

    database = _database(smb_conf)
    domain = security.dom_sid(database.get_domain_sid())
    entry = ldb.Dn(database, name)
    # the access rules alone, of what is deleted too
    controls = ["show_deleted:1", "sd_flags:1:4"]
    held = database.search(entry, ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"], controls=controls)
    text = ndr_unpack(security.descriptor, held[0]["nTSecurityDescriptor"][0]).as_sddl(domain)
    flags, bracket, rest = text.partition("(")
    added = "".join(re.sub(r"\{(.*?)\}", lambda found: _sid(database, found[1]), ace) for ace in aces)
    change = ldb.Message(entry)
    packed = ndr_pack(security.descriptor.from_sddl(flags + added + bracket + rest, domain))
    change["rights"] = ldb.MessageElement(packed, ldb.FLAG_MOD_REPLACE, "nTSecurityDescriptor")
    database.modify(change, controls=controls)
    return 0


def _sid(database, account: str) -> str:
    from samba.dcerpc import security
    from samba.ndr import ndr_unpack

    (found,) = database.search(expression=f"(sAMAccountName={account})", attrs=["objectSid"])
    return str(ndr_unpack(security.dom_sid, found["objectSid"][0]))


def _database(smb_conf: str):
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB

    settings = LoadParm()
    settings.load(smb_conf)
    return SamDB(url=settings.private_path("sam.ldb"), session_info=system_session(), lp=settings)


def load(smb_conf: str) -> int:
    database = _database(smb_conf)
    database.transaction_start()
    database.modify_ldif(sys.stdin.buffer.read().decode())
    database.transaction_commit()
    return 0


if __name__ == "__main__":
    sys.exit({"provision": provision, "load": load, "guard": guard}[sys.argv[1]](*sys.argv[2:]))
