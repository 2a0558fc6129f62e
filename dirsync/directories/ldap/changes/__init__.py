"""What changed in an LDAP directory since it was last asked: `interface` says what a feed is, `choice` which there is.

`content_sync` (RFC 4533, OpenLDAP), `content_sync_389` and `update_numbers` (Active Directory) know what is gone;
`modify_timestamp` works everywhere and does not.

What no feed is told about, so that whole reads stay needed now and then:
- attributes a server works out itself. OpenLDAP keeps `memberOf` without touching the person's entryCSN or
  modifyTimestamp: who is in a group must be taken from the group's `member`;
- a change of access rules, which shows or hides entries that did not change;
- in Active Directory, the new name of a member that the account does not see, or that is of another domain;
- the entries below one whose name changed. Feeds notice that for containers (`containers`); where other entries hold
  entries, whoever keeps the names must notice it.
"""
