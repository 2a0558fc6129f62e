"""Where Crowd's administrative interfaces are (crowd-rest.md 8)."""

from typing import Final

ADMIN: Final = "/rest/admin/1.0"
"""In Crowd's public reference since 3.1."""
OLDER: Final = "/rest/appmanagement/1"
"""Since Crowd 2.2, and undocumented until 5.x."""
ASKED_FOR: Final = 100
"""How many entries of a page are asked for; Crowd may send fewer."""
