"""Telling others how a run went: metrics, pings, a webhook, notifications.

* `digest`: what is told, the same everywhere, with names and without.
* `interface`: what every channel is.
* `channels`: the table of them. A new one is one module and one row.
* `metrics`, `ping`, `webhook`, `notify`: one channel each.
* `around`: the one place where a run begins and ends.

None of them changes what a run does or how it exits: what goes wrong here is a warning in the log.
"""
