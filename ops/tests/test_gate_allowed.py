"""The exceptions that allow intended changes."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from counter_ops.gate.allowed import ALLOWED, Allowed, AllowedError, read_allowed
from counter_ops.gate.summary import markdown
from counter_ops.gate.verdict import Run, judge
from previews import (
    REST_API,
    ROLE_POLICY,
    TABLE,
    TODAY,
    allow,
    output,
    policy,
    state,
    step,
    urn,
    verdict,
)

REPLACED = step("replace", TABLE, "table", replaceReasons=["hashKey"])
UNPROTECTED = step("same", REST_API, "api", old=state(protect=True), new=state())
ENTRY = """
- type: aws:dynamodb/table:Table
  name: table
  change: replace
  reason: The table moves.
  expires: 2030-02-01
"""


def read(folder: Path, text: str, today: date = TODAY) -> list[Allowed]:
    path = folder / "allowed-changes.yaml"
    path.write_text(text)
    return list(read_allowed(path, today))


def test_what_is_allowed_passes_and_the_verdict_says_why(tmp_path: Path) -> None:
    judged = verdict(REPLACED, exceptions=read(tmp_path, ENTRY))
    assert judged.may_go_on
    ((finding, exception),) = judged.allowed
    assert finding.step.name == "table"
    assert exception.reason == "The table moves."


@pytest.mark.parametrize(
    ("entry", "passes"),
    [
        (ENTRY, True),
        (ENTRY.replace("name: table", "name: other"), False),
        (ENTRY.replace("table:Table", "tableItem:TableItem"), False),
        (ENTRY.replace("change: replace", "change: delete"), False),
        (ENTRY.replace("2030-02-01", "2030-01-15"), True),
        (ENTRY.replace("2030-02-01", "'2030-01-15'"), True),
        (ENTRY.replace("2030-02-01", "2030-01-14"), False),
    ],
)
def test_an_entry_is_for_one_change_of_one_resource_until_a_day(
    tmp_path: Path, entry: str, *, passes: bool
) -> None:
    assert verdict(REPLACED, exceptions=read(tmp_path, entry)).may_go_on == passes


@pytest.mark.parametrize(("stack", "passes"), [("prod", True), ("staging", False)])
def test_an_entry_with_a_urn_is_for_one_stack(tmp_path: Path, stack: str, *, passes: bool) -> None:
    by_name = "type: aws:dynamodb/table:Table\n  name: table"
    entry = ENTRY.replace(by_name, f"urn: {urn(TABLE, 'table', stack)}")
    assert verdict(REPLACED, exceptions=read(tmp_path, entry)).may_go_on == passes


def test_an_entry_lets_nothing_else_pass(tmp_path: Path) -> None:
    judged = verdict(REPLACED, UNPROTECTED, exceptions=read(tmp_path, ENTRY))
    assert [finding.step.name for finding in judged.refused] == ["api"]
    assert [finding.step.name for finding, _ in judged.allowed] == ["table"]


def test_an_expired_entry_is_named(tmp_path: Path) -> None:
    exceptions = read(tmp_path, ENTRY.replace("2030-02-01", "2030-01-14"))
    assert list(verdict(REPLACED, exceptions=exceptions).idle) == exceptions


def test_an_entry_that_nothing_needs_is_named() -> None:
    other = Allowed(urn=urn(TABLE, "other"), change="replace", reason="Was.", expires=TODAY)
    assert str(other) == f"replace of {urn(TABLE, 'other')}"
    assert list(verdict(REPLACED, exceptions=[other]).idle) == [other]


def test_an_expired_entry_takes_nothing_from_a_valid_one(tmp_path: Path) -> None:
    both = ENTRY + ENTRY.replace("2030-02-01", "2030-01-14")
    judged = verdict(REPLACED, exceptions=read(tmp_path, both))
    assert judged.may_go_on
    assert [str(each.expires) for each in judged.idle] == ["2030-01-14"]


def test_a_failed_preview_cant_be_allowed(tmp_path: Path) -> None:
    run = Run(output(REPLACED), 1)
    assert not judge(run, read(tmp_path, ENTRY), TODAY).may_go_on


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (ENTRY.replace("  reason: The table moves.\n", ""), "entry 1, reason: Field required"),
        (ENTRY.replace("The table moves.", "' '"), "entry 1, reason"),
        (ENTRY.replace("  expires: 2030-02-01\n", ""), "entry 1, expires: Field required"),
        (ENTRY.replace("2030-02-01", "soon"), "entry 1, expires"),
        (ENTRY.replace("2030-02-01", "2030-04-16"), "more than 90 days ahead"),
        (ENTRY.replace("  change: replace\n", ""), "entry 1, change: Field required"),
        (
            ENTRY.replace("replace", "everything"),
            "entry 1, change: Input should be 'delete', 'replace'",
        ),
        # A review can't judge an unknown operation.
        (
            ENTRY.replace("replace", "unknown"),
            "entry 1, change: Input should be 'delete', 'replace'",
        ),
        (ENTRY.replace("  name: table\n", ""), "either urn, or type and name"),
        (ENTRY.replace("  name: table\n", "").replace("type", "name"), "either urn, or type"),
        (ENTRY + "  urn: urn:pulumi:a::b::c::d\n", "either urn, or type and name"),
        (
            ENTRY.replace("  name: table\n", "  urn: urn:pulumi:a::b::c::d\n"),
            "either urn, or type and name",
        ),
        (ENTRY + "  stack: prod\n", "entry 1, stack: Extra inputs"),
        (ENTRY + "  allows: [something]\n", "needs allows if the change is access"),
        (ENTRY.replace("replace", "access"), "needs allows if the change is access"),
        ("x: 1", "valid list"),
        ("- x", "entry 1"),
        ("- [", "isn't YAML"),
    ],
)
def test_an_entry_that_cant_be_used_is_an_error(tmp_path: Path, entry: str, reason: str) -> None:
    with pytest.raises(AllowedError) as error:
        read(tmp_path, entry)
    assert reason in str(error.value)
    assert "allowed-changes.yaml" in str(error.value)


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "allowed-changes.yaml").write_bytes(b"- \xff")
    with pytest.raises(AllowedError, match=r"allowed-changes\.yaml isn't YAML"):
        read_allowed(tmp_path / "allowed-changes.yaml", TODAY)


ACCESS = """
- type: aws:iam/rolePolicy:RolePolicy
  name: function
  change: access
  allows:
    - it would allow `a:B` on `arn:x`
    - it would allow `a:C` on `arn:x`
  reason: Planned.
  expires: 2030-02-01
"""


@pytest.mark.parametrize(
    ("actions", "passes"),
    [(["a:B"], True), (["a:B", "a:C"], True), (["a:B", "a:D"], False), (["a:*"], False)],
)
def test_more_access_passes_only_to_the_letter(
    tmp_path: Path, actions: list[str], *, passes: bool
) -> None:
    new = state({"policy": policy(allow(actions, "arn:x"))})
    change = step("update", ROLE_POLICY, "function", old=state({"policy": policy()}), new=new)
    assert verdict(change, exceptions=read(tmp_path, ACCESS)).may_go_on == passes


def test_the_verdict_shows_the_entry_that_would_let_it_pass(tmp_path: Path) -> None:
    new = state({"policy": policy(allow(["a:B", "a:C"], "arn:x"))})
    change = step("update", ROLE_POLICY, "function", old=state({"policy": policy()}), new=new)
    text = markdown(verdict(change), 10_000, "")
    entry = text.split("```yaml\n")[1].split("```")[0]
    filled = entry.replace("reason: ''", "reason: Planned.").replace("''", "2030-02-01")
    assert read(tmp_path, filled) == read(tmp_path, ACCESS)


def test_an_entry_may_last_ninety_days(tmp_path: Path) -> None:
    assert read(tmp_path, ENTRY, today=date(2030, 2, 1) - timedelta(days=90))


@pytest.mark.parametrize("text", ["", "[]", "# nothing\n"])
def test_an_empty_list_allows_nothing(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == []


def test_no_list_allows_nothing(tmp_path: Path) -> None:
    assert read_allowed(tmp_path / "allowed-changes.yaml", TODAY) == []


def test_the_owners_list_can_be_read() -> None:
    assert all(entry.reason for entry in read_allowed(ALLOWED, date.max - timedelta(days=90)))
