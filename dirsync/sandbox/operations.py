"""Crowd's allowed operations (OperationType in Crowd's published javadoc, 2.6 to 6.x)."""

from __future__ import annotations

from typing import Literal, get_args

Operation = Literal[
    "CREATE_USER",
    "CREATE_GROUP",
    "CREATE_ROLE",
    "UPDATE_USER",
    "UPDATE_GROUP",
    "UPDATE_ROLE",
    "UPDATE_USER_ATTRIBUTE",
    "UPDATE_GROUP_ATTRIBUTE",
    "UPDATE_ROLE_ATTRIBUTE",
    "DELETE_USER",
    "DELETE_GROUP",
    "DELETE_ROLE",
]

ALL_OPERATIONS: tuple[Operation, ...] = get_args(Operation)
