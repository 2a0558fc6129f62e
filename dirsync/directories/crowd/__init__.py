"""Crowd over its REST interface `usermanagement`, as one Crowd application sees it.

* `client`: the paths, the proof that Crowd answers, and what its errors mean.
* `refusals`: Crowd's errors as errors an admin can act on.
* `representations`: users and groups in Crowd's JSON.
* `listing`: whole listings, page by page.
* `memberships`: the one streamed XML answer with all memberships.
* `attribution`: whether what it shows is one whole directory of Crowd.
* `directory`: the Directory, read whole in three questions.
"""

from dirsync.directories.crowd.client import CrowdClient
from dirsync.directories.crowd.directory import CrowdDirectory

__all__ = ["CrowdClient", "CrowdDirectory"]
