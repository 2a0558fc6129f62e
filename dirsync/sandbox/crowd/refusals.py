"""How the emulated Crowd says no: an HTTP status, one of Crowd's published reasons, and a sentence."""

from __future__ import annotations


class Refusal(Exception):
    """Crowd refuses a call. `reason` is a value of Crowd's ErrorReason (published javadoc, 6.0.9)."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


class HtmlRefusal(Exception):
    """The container in front of Crowd refuses a call, with its HTML page instead of Crowd's error body."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


def illegal_argument(message: str) -> Refusal:
    """Refuse a question that is wrong in itself."""
    return Refusal(400, "ILLEGAL_ARGUMENT", message)


def user_not_found(name: str, status: int = 404) -> Refusal:
    """Say that there is no such user; 400 where the name stood in the body and not in the address."""
    return Refusal(status, "USER_NOT_FOUND", f"User <{name}> does not exist")


def group_not_found(name: str, status: int = 404) -> Refusal:
    """Say that there is no such group; 400 where the name stood in the body and not in the address."""
    return Refusal(status, "GROUP_NOT_FOUND", f"Group <{name}> does not exist")


def membership_not_found(member: str, group: str) -> Refusal:
    """Say that there is no such membership to show or to remove."""
    return Refusal(404, "MEMBERSHIP_NOT_FOUND", f"Membership between <{member}> and group <{group}> does not exist")


def membership_exists(member: str, group: str) -> Refusal:
    """Refuse to add a member twice."""
    return Refusal(409, "MEMBERSHIP_ALREADY_EXISTS", f"<{member}> is already a direct member of group <{group}>")


def operation_not_allowed(application: str, operation: str) -> Refusal:
    """Refuse an operation that is off on the directory's or the application's level."""
    message = f"Application <{application}> is not allowed to perform the operation {operation}"
    return Refusal(403, "APPLICATION_PERMISSION_DENIED", message)


def event_token_expired(token: str) -> Refusal:
    """Say that the events after a token can't be told any more; that the status is 400 is this sandbox's reading."""
    return Refusal(400, "EVENT_TOKEN_EXPIRED", f"The event token <{token}> is not recognised or has expired")


def no_incremental_sync(message: str) -> Refusal:
    """Say that only a full read will do; that the status is 400 is this sandbox's reading."""
    return Refusal(400, "INCREMENTAL_SYNC_NOT_AVAILABLE", message)
