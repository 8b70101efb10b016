"""The list of allowed changes: what an entry lets pass, and that it lets nothing else."""

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from counter_ops.gate.allowed import ALLOWED, Allowed, AllowedError, read_allowed
from counter_ops.gate.summary import markdown
from counter_ops.gate.verdict import Run, judge
from previews import (
    ALARM,
    FUNCTION,
    PERMISSION,
    ROLE,
    ROLE_POLICY,
    STAGE,
    TABLE,
    TODAY,
    UNKNOWN,
    Json,
    allow,
    changed,
    deployed,
    edited,
    output,
    policy,
    state,
    step,
    urn,
    verdict,
)

PROD = deployed()
LAST_DAY = date(2030, 2, 1)
DELETED = sha256(b"null").hexdigest()


def proposed(*steps: Json) -> list[Json]:
    """Return the entries that the verdict prints, filled in."""
    text = markdown(verdict(*steps), 100_000, "")
    assert "```yaml\n" in text, text
    entries = yaml.safe_load(text.split("```yaml\n")[1].split("```")[0])
    assert all(each["reason"] == each["expires"] == "" for each in entries)
    return [{**each, "reason": "Planned.", "expires": LAST_DAY} for each in entries]


def read(folder: Path, *entries: Json, today: date = TODAY) -> list[Allowed]:
    path = folder / "allowed-changes.yaml"
    path.write_text(yaml.safe_dump(list(entries)))
    return list(read_allowed(path, today))


def passes(folder: Path, entries: list[Json], *steps: Json) -> bool:
    return verdict(*steps, entries=read(folder, *entries)).may_go_on


def with_policy(text: str) -> list[Json]:
    return edited(PROD, ROLE_POLICY, "policy", text)


WIDER = with_policy(policy(allow("a:B")))
NEW_ROLE = step("create", ROLE, "more", new=state({"assumeRolePolicy": policy(), "name": "x"}))
UNKNOWN_POLICY = step(
    "create",
    ROLE_POLICY,
    "more",
    new=state({"policy": UNKNOWN, "role": "x", "list": ["a", UNKNOWN]}),
)


@pytest.mark.parametrize(
    ("steps", "others"),
    [
        (WIDER, [with_policy(policy(allow("a:B"), allow("*", "*"))), with_policy("[secret]")]),
        (with_policy("[secret]"), [WIDER, with_policy(UNKNOWN)]),
        (with_policy(UNKNOWN), [WIDER, with_policy("[secret]")]),
        (
            edited(PROD, FUNCTION, "timeout", 20),
            [edited(PROD, FUNCTION, "timeout", 21), edited(PROD, FUNCTION, "role", "x")],
        ),
        (edited(PROD, FUNCTION, "timeout", None), [edited(PROD, FUNCTION, "timeout", 1)]),
        (
            edited(edited(PROD, FUNCTION, "timeout", 20), FUNCTION, "role", "x"),
            [edited(edited(PROD, FUNCTION, "timeout", 20), FUNCTION, "role", "y")],
        ),
        (
            [*PROD, NEW_ROLE],
            [
                [*PROD, {**NEW_ROLE, "newState": state({"name": "x"})}],
                [*PROD, {**NEW_ROLE, "op": "import"}],
                [*PROD, step("create", TABLE, "more", new=NEW_ROLE["newState"])],
            ],
        ),
        (
            [*PROD, UNKNOWN_POLICY],
            [
                [*PROD, {**UNKNOWN_POLICY, "newState": state({"policy": "known", "role": "x"})}],
                [
                    *PROD,
                    {
                        **UNKNOWN_POLICY,
                        "newState": state({"policy": UNKNOWN, "role": "x", "list": ["b", UNKNOWN]}),
                    },
                ],
            ],
        ),
        (
            edited(PROD, PERMISSION, "principal", "*", operation="replace", name="api-get"),
            [edited(PROD, PERMISSION, "principal", "1", operation="replace", name="api-get")],
        ),
        ([*PROD, step("delete", TABLE, "old")], [[*PROD, step("delete", TABLE, "table")]]),
        (changed("prod", {}, {"protect": False}), [edited(PROD, TABLE, "ttl.enabled", value=True)]),
        (
            edited(PROD, STAGE, "accessLogSettings", {"destinationArn": ["x", UNKNOWN]}),
            [edited(PROD, STAGE, "accessLogSettings", {"destinationArn": ["y", UNKNOWN]})],
        ),
    ],
)
def test_the_printed_entry_lets_this_change_pass_and_no_other(
    tmp_path: Path, steps: list[Json], others: list[list[Json]]
) -> None:
    entries = proposed(*steps)
    assert not verdict(*steps).may_go_on
    assert passes(tmp_path, entries, *steps)
    for other in others:
        assert not passes(tmp_path, entries, *other)


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ([*PROD, UNKNOWN_POLICY], "policy"),
        (
            edited(PROD, STAGE, "accessLogSettings", {"destinationArn": ["x", UNKNOWN]}),
            "accessLogSettings.destinationArn[1]",
        ),
    ],
)
def test_what_a_preview_hides_needs_an_entry_that_says_so(
    tmp_path: Path, steps: list[Json], path: str
) -> None:
    entries = proposed(*steps)
    hidden = next(each for each in entries if each.get("properties") == [path])
    assert hidden["becomes"] == {"prod": "unknown"}
    assert not passes(tmp_path, [each for each in entries if each != hidden], *steps)


def test_one_entry_is_for_all_resources_that_change_alike(tmp_path: Path) -> None:
    steps = changed("prod", {}, {"alarms": False})
    (entry,) = proposed(*steps)
    assert entry["operation"] == "delete"
    assert len(entry["name"]) == 11
    assert passes(tmp_path, [entry], *steps)
    fewer = {**entry, "name": entry["name"][1:]}
    assert not passes(tmp_path, [fewer], *steps)


def test_each_part_of_a_change_needs_its_entry(tmp_path: Path) -> None:
    first, second = proposed(*changed("prod", {}, {"reservedConcurrency": 5}))
    both = changed("prod", {}, {"reservedConcurrency": 5})
    assert passes(tmp_path, [first, second], *both)
    assert not passes(tmp_path, [first], *both)
    assert not passes(tmp_path, [second], *both)


def test_what_stands_in_the_value_counts_and_not_how_the_engine_writes_it(tmp_path: Path) -> None:
    entries = proposed(*PROD, NEW_ROLE)
    inputs = {**NEW_ROLE["newState"]["inputs"], "__defaults": ["path"]}
    again = {**NEW_ROLE, "newState": state(dict(reversed(inputs.items())))}
    assert passes(tmp_path, entries, *PROD, again)


@pytest.mark.parametrize(
    ("change", "still"),
    [
        ({"expires": TODAY}, True),
        ({"expires": TODAY - timedelta(days=1)}, False),
        ({"expires": "2030-02-01"}, True),
        ({"name": "other"}, False),
        ({"name": ["other", "function"]}, True),
        ({"type": ROLE}, False),
        ({"properties": ["role"]}, False),
        ({"properties": "policy.Statement"}, True),
        ({"properties": ["role", "policy.Statement"]}, True),
        ({"becomes": "0" * 64}, False),
        ({"becomes": {"staging": "0" * 64}}, False),
        ({"becomes": "secret"}, False),
        ({"becomes": "unknown"}, False),
    ],
)
def test_an_entry_is_for_one_value_of_one_property_until_a_day(
    tmp_path: Path, change: Json, *, still: bool
) -> None:
    (entry,) = proposed(*WIDER)
    assert passes(tmp_path, [{**entry, **change}], *WIDER) == still


def test_a_hash_is_for_one_stack_or_for_all(tmp_path: Path) -> None:
    staging = edited(deployed("staging"), FUNCTION, "timeout", 20)
    prod = edited(PROD, FUNCTION, "timeout", 20)
    (entry,) = proposed(*prod)
    value = entry["becomes"]["prod"]
    assert passes(tmp_path, [entry], *prod)
    assert not passes(tmp_path, [entry], *staging)
    for becomes in (value, {"prod": value, "staging": value}):
        for steps in (prod, staging):
            assert passes(tmp_path, [{**entry, "becomes": becomes}], *steps)


@pytest.mark.parametrize(("stack", "still"), [("prod", True), ("staging", False)])
def test_an_entry_with_a_urn_is_for_one_stack(tmp_path: Path, stack: str, *, still: bool) -> None:
    entry = {
        "urn": urn(TABLE, "old", stack),
        "operation": "delete",
        "becomes": DELETED,
        "reason": "It is empty.",
        "expires": LAST_DAY,
    }
    steps = [*PROD, step("delete", TABLE, "old")]
    assert passes(tmp_path, [entry], *steps) == still
    assert list(verdict(*steps, entries=read(tmp_path, entry)).idle) == []


def test_an_entry_that_nothing_needs_is_named(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, *proposed(*WIDER))
    judged = verdict(*PROD, entries=[entry])
    assert list(judged.idle) == [entry]
    assert f"the `policy.Statement of {ROLE_POLICY} function`, until 2030-02-01" in markdown(
        judged, 9999, ""
    )
    assert list(verdict(*WIDER, entries=[entry]).idle) == []
    # It is for another stack.
    assert list(verdict(*deployed("staging"), entries=[entry]).idle) == []


def test_an_expired_entry_takes_nothing_from_a_valid_one(tmp_path: Path) -> None:
    (entry,) = proposed(*WIDER)
    expired = {**entry, "expires": TODAY - timedelta(days=1)}
    judged = verdict(*WIDER, entries=read(tmp_path, expired, entry))
    assert judged.may_go_on
    assert [each.expires for each in judged.idle] == [expired["expires"]]


def test_a_failed_preview_cant_be_allowed(tmp_path: Path) -> None:
    entries = read(tmp_path, *proposed(*WIDER))
    assert not judge(Run(output(*WIDER), 1), entries, TODAY).may_go_on


def test_an_operation_is_allowed_by_its_name(tmp_path: Path) -> None:
    unknown = {**step("update", ALARM, "x"), "op": "frobnicate"}
    (entry,) = proposed(*PROD, unknown)
    assert passes(tmp_path, [entry], *PROD, unknown)
    assert not passes(tmp_path, [entry], *PROD, {**unknown, "op": "delete"})


def test_in_a_workflow_an_entry_doesnt_stand_in_for_an_administrator(tmp_path: Path) -> None:
    steps = edited(PROD, TABLE, "pointInTimeRecovery.enabled", value=False)
    entries = read(tmp_path, *proposed(*steps))
    how: Any = {"entries": entries, "protected": {"prod"}}
    assert verdict(*steps, **how).may_go_on
    assert not verdict(*steps, **how, in_workflow=True).may_go_on


ENTRY: Json = {
    "type": TABLE,
    "name": "table",
    "properties": ["ttl.enabled"],
    "becomes": "a" * 64,
    "reason": "The table moves.",
    "expires": LAST_DAY,
}


def without(key: str) -> Json:
    return {name: each for name, each in ENTRY.items() if name != key}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (without("reason"), "entry 1, reason: Field required"),
        ({**ENTRY, "reason": " "}, "entry 1, reason"),
        (without("expires"), "entry 1, expires: Field required"),
        ({**ENTRY, "expires": "soon"}, "entry 1, expires"),
        ({**ENTRY, "expires": date(2030, 4, 16)}, "expires after 2030-04-15, 90 days ahead"),
        (without("name"), "it needs type and name, or else urn"),
        (without("type"), "it needs type and name, or else urn"),
        ({**ENTRY, "urn": urn(TABLE, "table")}, "it needs type and name, or else urn"),
        (without("properties"), "and operation, or else properties"),
        ({**ENTRY, "operation": "update"}, "and operation, or else properties"),
        (without("becomes"), "entry 1, becomes: Field required"),
        ({**ENTRY, "becomes": "anything"}, "entry 1, becomes"),
        ({**ENTRY, "becomes": "A" * 64}, "entry 1, becomes"),
        ({**ENTRY, "becomes": {"prod": "x"}}, "entry 1, becomes"),
        ({**ENTRY, "stack": "prod"}, "entry 1, stack: Extra inputs"),
        ({**ENTRY, "change": "replace"}, "entry 1, change: Extra inputs"),
        ("x", "entry 1"),
    ],
)
def test_an_entry_that_cant_be_used_is_an_error(tmp_path: Path, entry: Any, reason: str) -> None:  # noqa: ANN401 -- YAML
    with pytest.raises(AllowedError) as error:
        read(tmp_path, entry)
    assert reason in str(error.value)
    assert "allowed-changes.yaml" in str(error.value)


@pytest.mark.parametrize("content", [b"x: 1", b"5", b"- [", b"- \xff"])
def test_what_is_no_list_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "allowed-changes.yaml").write_bytes(content)
    with pytest.raises(AllowedError, match=r"allowed-changes\.yaml"):
        read_allowed(tmp_path / "allowed-changes.yaml", TODAY)


def test_an_entry_may_last_ninety_days(tmp_path: Path) -> None:
    assert read(tmp_path, ENTRY, today=LAST_DAY - timedelta(days=90))


@pytest.mark.parametrize("text", ["", "[]", "# nothing\n", None])
def test_an_empty_list_or_none_allows_nothing(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "allowed-changes.yaml"
    if text is not None:
        path.write_text(text)
    assert read_allowed(path, TODAY) == []


def test_the_owners_list_can_be_read() -> None:
    assert all(entry.reason for entry in read_allowed(ALLOWED, date.max - timedelta(days=90)))
