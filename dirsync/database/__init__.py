"""The one door to the products' databases: nothing else but the store imports SQLAlchemy.

* `address`: where a database is, and what may never travel in clear.
* `door`: one read-only transaction that sees one instant, and only named columns.
* `failures`: what a database complains about, in words.
* `tables`: named columns, and the GRANT script made of them; `jira_tables` and `crowd_tables` name them.
* `rows`: what was read, and how its values read.
"""
