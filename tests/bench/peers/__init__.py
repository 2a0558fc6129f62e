"""dirsync beside other clients of LDAP: what each does, how long it takes, and whether it notices half an answer."""
