"""Which call answers which method and path below `/rest/usermanagement/1`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd import event_calls, group_calls, search_calls, session_calls, user_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dirsync.sandbox.crowd.calls import Answer, Call

    Handler = Callable[[Call], Answer]

ROUTES: Mapping[str, Mapping[str, Handler]] = {
    "user": {
        "GET": user_calls.show,
        "POST": user_calls.create,
        "PUT": user_calls.update,
        "DELETE": user_calls.remove,
    },
    "user/rename": {"POST": user_calls.rename},
    "user/password": {"PUT": user_calls.set_password, "DELETE": user_calls.forget_password},
    "user/mail/password": {"POST": user_calls.mail_password},
    "user/mail/usernames": {"POST": user_calls.mail_usernames},
    "user/expire-all-passwords": {"POST": user_calls.expire_all_passwords},
    "user/avatar": {"GET": user_calls.avatar},
    "user/attribute": {
        "GET": user_calls.show_attributes,
        "POST": user_calls.store_attributes,
        "PUT": user_calls.store_attributes,
        "DELETE": user_calls.remove_attribute,
    },
    "user/group/direct": {
        "GET": partial(user_calls.groups, nested=False),
        "POST": user_calls.join_group,
        "DELETE": user_calls.leave_group,
    },
    "user/group/nested": {"GET": partial(user_calls.groups, nested=True)},
    "group": {
        "GET": group_calls.show,
        "POST": group_calls.create,
        "PUT": group_calls.update,
        "DELETE": group_calls.remove,
    },
    "group/attribute": {
        "GET": group_calls.show_attributes,
        "POST": group_calls.store_attributes,
        "PUT": group_calls.store_attributes,
        "DELETE": group_calls.remove_attribute,
    },
    "group/user/direct": {
        "GET": partial(group_calls.users, nested=False),
        "POST": group_calls.add_user,
        "DELETE": user_calls.leave_group,
    },
    "group/user/nested": {"GET": partial(group_calls.users, nested=True)},
    "group/child-group/direct": {
        "GET": partial(group_calls.child_groups, nested=False),
        "POST": group_calls.add_child,
        "DELETE": group_calls.remove_child,
    },
    "group/child-group/nested": {"GET": partial(group_calls.child_groups, nested=True)},
    "group/parent-group/direct": {
        "GET": partial(group_calls.parent_groups, nested=False),
        "POST": group_calls.add_parent,
    },
    "group/parent-group/nested": {"GET": partial(group_calls.parent_groups, nested=True)},
    "group/membership": {"GET": group_calls.memberships},
    "search": {"GET": search_calls.search, "POST": search_calls.search},
    "authentication": {"POST": session_calls.authenticate},
    "authentication/notify": {"POST": session_calls.notify},
    "session": {"POST": session_calls.open_session, "DELETE": session_calls.close_sessions},
    "session/{token}": {
        "GET": session_calls.show_session,
        "POST": session_calls.validate_session,
        "DELETE": session_calls.close_session,
    },
    "event": {"GET": event_calls.current_token},
    "event/{token}": {"GET": event_calls.since},
    "config/cookie": {"GET": session_calls.cookie_config},
}
