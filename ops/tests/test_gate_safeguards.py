"""The protection of resources and their data must stay."""

import pytest
from counter_ops.gate.findings import Danger
from previews import REST_API, TABLE, UNKNOWN, Json, dangers, state, step, verdict

RECOVERY = {"pointInTimeRecovery": {"enabled": True}}
DELETION = {"deletionProtectionEnabled": True}
METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"


@pytest.mark.parametrize("operation", ["same", "update"])
def test_protection_must_not_be_taken_away(operation: str) -> None:
    change = step(operation, REST_API, old=state(protect=True), new=state())
    assert dangers(change) == [Danger.UNPROTECT]


def test_a_resource_must_not_lose_that_it_is_retained() -> None:
    change = step("same", TABLE, old=state(retainOnDelete=True), new=state())
    assert dangers(change) == [Danger.UNPROTECT]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"protect": True}),
        ({"protect": True}, {"protect": True}),
        ({}, {}),
        ({"retainOnDelete": True}, {"retainOnDelete": True}),
    ],
)
def test_protection_may_be_added_or_stay(old: Json, new: Json) -> None:
    assert dangers(step("update", TABLE, old=state(**old), new=state(**new))) == []


@pytest.mark.parametrize("after", [{}, {"pointInTimeRecovery": {"enabled": False}}])
def test_point_in_time_recovery_must_not_be_turned_off(after: Json) -> None:
    change = step("update", TABLE, old=state(RECOVERY), new=state(after))
    (finding,) = verdict(change).refused
    assert finding.danger is Danger.SAFEGUARD
    assert "`pointInTimeRecovery.enabled`" in finding.what


@pytest.mark.parametrize(
    "after",
    [
        {},
        {"deletionProtectionEnabled": False},
        {"deletionProtectionEnabled": None},
        {"deletionProtectionEnabled": UNKNOWN},
    ],
)
def test_deletion_protection_must_not_be_turned_off(after: Json) -> None:
    change = step("update", TABLE, old=state(DELETION), new=state(after))
    assert dangers(change) == [Danger.SAFEGUARD]


def test_what_someone_else_turned_on_must_not_be_turned_off_by_the_program() -> None:
    for after in ({"deletionProtectionEnabled": False}, {"deletionProtectionEnabled": UNKNOWN}):
        change = step("update", TABLE, old=state(outputs=DELETION), new=state(after))
        assert dangers(change) == [Danger.SAFEGUARD]


def test_what_is_off_may_stay_off() -> None:
    off = state({"deletionProtectionEnabled": False, "pointInTimeRecovery": {"enabled": False}})
    assert dangers(step("update", TABLE, old=off, new=off)) == []


@pytest.mark.parametrize("word", [True, "true"])
@pytest.mark.parametrize(
    "key", ["cacheClusterEnabled", "disableExecuteApiEndpoint", "forceDestroy"]
)
def test_what_endangers_data_address_or_visits_stays_off(key: str, word: object) -> None:
    for after in (word, UNKNOWN):
        change = step("update", REST_API, old=state({key: False}), new=state({key: after}))
        assert dangers(change) == [Danger.SAFEGUARD]
    stays = step("update", REST_API, old=state({key: word}), new=state({key: word}))
    assert dangers(stays) == []
    assert dangers(step("update", REST_API, old=state({key: word}), new=state())) == []


@pytest.mark.parametrize("private", ["PRIVATE", ["PRIVATE"]])
def test_the_address_stays_public(private: object) -> None:
    before = state({"endpointConfiguration": {"types": "REGIONAL"}})
    after = state({"endpointConfiguration": {"types": private}})
    assert dangers(step("update", REST_API, old=before, new=after)) == [Danger.SAFEGUARD]
    assert dangers(step("update", REST_API, old=after, new=after)) == []
    assert dangers(step("update", REST_API, old=after, new=before)) == []


def test_the_engine_takes_the_text_for_the_word() -> None:
    before, after = ({"pointInTimeRecovery": {"enabled": each}} for each in ("true", "false"))
    change = step("update", TABLE, old=state(before), new=state(after))
    assert dangers(change) == [Danger.SAFEGUARD]


def test_deletion_protection_has_another_name_elsewhere() -> None:
    before, after = state({"deletionProtection": True}), state({"deletionProtection": False})
    change = step("update", "aws:rds/instance:Instance", old=before, new=after)
    assert dangers(change) == [Danger.SAFEGUARD]


def test_what_someone_else_turned_on_stays_where_the_program_says_nothing() -> None:
    assert dangers(step("update", TABLE, old=state(outputs=DELETION), new=state())) == []


def test_safeguards_may_be_turned_on_and_stay() -> None:
    both = {**RECOVERY, **DELETION}
    for before in ({}, both):
        assert dangers(step("update", TABLE, old=state(before), new=state(both))) == []


def test_each_lost_safeguard_is_named() -> None:
    old = state({**RECOVERY, **DELETION}, protect=True)
    assert dangers(step("update", TABLE, old=old, new=state())) == [
        Danger.UNPROTECT,
        Danger.SAFEGUARD,
        Danger.SAFEGUARD,
    ]


def test_a_cache_is_never_switched_on_for_a_method() -> None:
    off, on = ({"settings": {"cachingEnabled": each}} for each in (False, True))
    change = step("update", METHOD_SETTINGS, old=state(off), new=state(on))
    (finding,) = verdict(change).refused
    assert "`settings.cachingEnabled`" in finding.what
