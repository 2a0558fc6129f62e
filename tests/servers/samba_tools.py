"""What only Samba's own Python modules can do. Run by the system's Python, which has them.

usage: samba_tools.py provision OPTION…     makes a domain controller, as `samba-tool domain provision` does
       samba_tools.py load SMB_CONF < LDIF  writes entries past the LDAP server, which is ten times as fast
"""

import sys

import samba.provision


def provision(*options: str) -> int:
    from samba.netcmd.main import cmd_sambatool

    # it gives files to ids that a user namespace doesn't have, and no test shares files
    samba.provision.setsysvolacl = lambda *_, **__: None
    return int(cmd_sambatool()._run("samba-tool", "domain", "provision", *options) or 0)


def load(smb_conf: str) -> int:
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB

    settings = LoadParm()
    settings.load(smb_conf)
    database = SamDB(url=settings.private_path("sam.ldb"), session_info=system_session(), lp=settings)
    database.transaction_start()
    database.modify_ldif(sys.stdin.buffer.read().decode())
    database.transaction_commit()
    return 0


if __name__ == "__main__":
    sys.exit({"provision": provision, "load": load}[sys.argv[1]](*sys.argv[2:]))
