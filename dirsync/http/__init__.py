"""The one door to HTTP: nothing else in dirsync imports requests or tenacity.

* `endpoint`: where to ask and with which secrets, and what may never travel in clear.
* `environment`: proxies and certificate authorities, settled once.
* `answers`: what came back, whole or as a stream.
* `failures`: every way a request can go wrong, as a `DirsyncError`.
* `line`: one session, prepared once.
* `throttle`: patience with a server that refuses, shared by all who ask it.
* `client`: asking, with time-outs and retries within a budget.
"""

from dirsync.http.answers import Answer, Stream, refusal, refuse_errors
from dirsync.http.client import GATEWAY_TROUBLE, HttpClient, utc_now
from dirsync.http.endpoint import Endpoint
from dirsync.http.failures import AnswerCutOff, AnswerLost
from dirsync.http.throttle import Throttle

__all__ = [
    "GATEWAY_TROUBLE",
    "Answer",
    "AnswerCutOff",
    "AnswerLost",
    "Endpoint",
    "HttpClient",
    "Stream",
    "Throttle",
    "refusal",
    "refuse_errors",
    "utc_now",
]
