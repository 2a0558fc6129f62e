"""The fast path: dirsync frames the stream of an LDAP connection and decodes SearchResultEntry itself.

Everything else (connect, TLS, bind, requests, controls, the messages that are no entries) stays with ldap3, whose own
decoder is the switch `DECODER=stock` and the oracle of the tests.
"""
