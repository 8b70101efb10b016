"""IAM policy documents, as plain data."""

import json
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

# By operator and key: the value, or the values of which one must match.
Condition = Mapping[str, Mapping[str, str | Sequence[str]]]


class Statement(TypedDict):
    """A statement: the actions, their resources, and a condition."""

    Sid: str
    Effect: str
    Action: Sequence[str]
    Resource: Sequence[str]
    Condition: NotRequired[Condition]


def allow(
    sid: str, actions: Sequence[str], resources: Sequence[str], condition: Condition | None = None
) -> Statement:
    """Return a statement that allows something."""
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": resources,
    }
    if condition:
        statement["Condition"] = condition
    return statement


def tagged(where: Literal["Request", "Resource"], tags: Mapping[str, str]) -> dict[str, str]:
    """Return condition keys and values for the tags of a request, or of its resource."""
    return {f"aws:{where}Tag/{key}": value for key, value in tags.items()}


def document(statements: Sequence[Statement | Mapping[str, object]]) -> str:
    """Return a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def assumed_by_service(service: str) -> str:
    """Return the trust policy of a role that an AWS service assumes."""
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
            }
        ]
    )
