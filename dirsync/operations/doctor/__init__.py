"""`dirsync doctor`: everything that can be checked before a run, each with its remedy.

* `checks`: the table of checks. * `interface`: what a check is given and what it says.
* `examine`: doing them all. * `answer`: what came out, as text and as JSON.
"""
