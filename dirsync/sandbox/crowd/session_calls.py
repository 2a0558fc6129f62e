"""`/authentication`, `/session` and `/config/cookie` (reference notes, 6): failures of a *user* are 400, never 401."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd import writes
from dirsync.sandbox.crowd.calls import NO_CONTENT, Answer
from dirsync.sandbox.crowd.entities import MUST_CHANGE_PASSWORD
from dirsync.sandbox.crowd.refusals import HtmlRefusal, Refusal, user_not_found
from dirsync.sandbox.crowd.sessions import DEFAULT_DURATION

if TYPE_CHECKING:
    from dirsync.sandbox.crowd.calls import Call
    from dirsync.sandbox.crowd.directory import User
    from dirsync.sandbox.crowd.sessions import Session


def authenticate(call: Call) -> Answer:
    """Answer POST /authentication. Success puts the user into the default groups."""
    user = _checked(call, call.required("username"), call.text("value"))
    if not call.application.may_authenticate(user.name):
        raise _access_denied(call, user, 400)
    _welcome(call, user)
    return Answer(200, "user", call.draw.user(user))


def open_session(call: Call) -> Answer:
    """Answer POST /session; `userName` is what one well-known client sends instead of `username`."""
    username = call.text("username") or call.text("userName")
    if call.query.get("validate-password", "true").lower() == "false":
        user = call.application.user(username)
    else:
        try:
            user = _checked(call, username, call.text("password"))
        except Refusal as refusal:
            if refusal.reason in {"INACTIVE_ACCOUNT", "EXPIRED_CREDENTIAL"}:
                raise
            raise Refusal(400, "INVALID_USER_AUTHENTICATION", username) from None
    if not call.application.may_authenticate(user.name):
        raise _access_denied(call, user, 403)
    _welcome(call, user)
    duration = call.number("duration", DEFAULT_DURATION)
    session = call.state.sessions.open(user.name, call.factors("validation-factors"), call.state.clock(), duration)
    location = call.draw.address(f"session/{session.token}")
    return Answer(201, "session", _drawn(call, session, user), location)


def show_session(call: Call) -> Answer:
    """Answer GET /session/TOKEN, with the whole user."""
    session = call.state.sessions.find(call.token, call.state.clock())
    if session is None:
        message = f"Failed to find entity of type [Token] with identifier [{call.token}]"
        raise Refusal(400, "INVALID_SSO_TOKEN", message)
    user = call.application.user(session.username)
    return Answer(200, "session", call.draw.session(session, user, whole_user=True))


def validate_session(call: Call) -> Answer:
    """Answer POST /session/TOKEN: valid only where it was opened, going by the factors given then and now."""
    session = call.state.sessions.validate(call.token, call.factors(), call.state.clock())
    if session is None:
        raise Refusal(404, "INVALID_SSO_TOKEN", "Token does not validate.")
    return Answer(200, "session", _drawn(call, session, call.application.user(session.username)))


def notify(call: Call) -> Answer:
    """Answer POST /authentication/notify: a trusted application has let somebody in, as if by a password."""
    user = call.application.user(call.required("username"))
    _refuse_inactive(user)
    if not call.application.may_authenticate(user.name):
        raise _access_denied(call, user, 400)
    _welcome(call, user)
    return NO_CONTENT


def close_session(call: Call) -> Answer:
    """Answer DELETE /session/TOKEN, which succeeds for an unknown token too."""
    call.state.sessions.close(call.token)
    return NO_CONTENT


def close_sessions(call: Call) -> Answer:
    """Answer DELETE /session?username=; an unknown user gets the container's page, as recorded."""
    username = call.required("username")
    if call.application.home_of_user(username) is None:
        raise HtmlRefusal(404, f"User <{username}> does not exist")
    call.state.sessions.close_all_of(username, but=call.query.get("exclude", ""))
    return NO_CONTENT


def cookie_config(call: Call) -> Answer:
    """Answer GET /config/cookie."""
    del call
    return Answer(200, "cookie-config", {"domain": "", "name": "crowd.token_key", "secure": False})


def _drawn(call: Call, session: Session, user: User) -> dict[str, object]:
    return call.draw.session(session, user, whole_user="user" in call.expand())


def _checked(call: Call, username: str, password: str) -> User:
    if call.application.home_of_user(username) is None:
        raise user_not_found(username, 400)
    user = call.application.user(username)
    _refuse_inactive(user)
    if user.password is None or not hmac.compare_digest(user.password.encode(), password.encode()):
        failed = int(user.attributes.get("invalidPasswordAttempts", ["0"])[0]) + 1
        user.attributes["invalidPasswordAttempts"] = [str(failed)]
        message = "Failed to authenticate principal, password was invalid"
        raise Refusal(400, "INVALID_USER_AUTHENTICATION", message)
    if user.attributes.get(MUST_CHANGE_PASSWORD) == ["true"]:
        raise Refusal(400, "EXPIRED_CREDENTIAL", f"The password of <{username}> has expired and must be changed")
    return user


def _refuse_inactive(user: User) -> None:
    if not user.active:
        raise Refusal(400, "INACTIVE_ACCOUNT", f"Account with name <{user.name}> is inactive")


def _welcome(call: Call, user: User) -> None:
    now = str(call.state.clock())
    user.attributes.update({"invalidPasswordAttempts": ["0"], "lastAuthenticated": [now]})
    writes.apply_default_groups(call.application, user.name)


def _access_denied(call: Call, user: User, status: int) -> Refusal:
    message = f"User <{user.name}> is not allowed to authenticate with application <{call.application.name}>"
    return Refusal(status, "APPLICATION_ACCESS_DENIED", message)
