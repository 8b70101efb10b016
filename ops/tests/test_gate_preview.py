"""The outputs that the gate accepts as a preview, and those that it refuses."""

import json

import pytest
from counter_ops.gate.summary import markdown
from counter_ops.gate.verdict import Run, judge
from previews import ALARM, TABLE, TODAY, output, state, step, verdict

NOTHING_CHANGES = output(hidden=18)


def failures(text: str, exit_code: int = 0, errors: str = "", stack: str | None = None) -> str:
    judged = judge(Run(text, exit_code, errors, stack), [], TODAY)
    assert judged.may_go_on == (not judged.failures)
    return "\n".join(judged.failures)


def test_a_preview_without_changes_may_go_on() -> None:
    assert judge(Run(NOTHING_CHANGES, 0), [], TODAY).may_go_on


@pytest.mark.parametrize("exit_code", [1, 6, 7, 255, -9])
def test_a_failed_preview_is_refused_however_harmless_it_looks(exit_code: int) -> None:
    assert f"exit code {exit_code}" in failures(NOTHING_CHANGES, exit_code)


def test_a_failed_preview_is_explained_by_what_the_engine_said() -> None:
    diagnostics = [
        {"severity": "warning", "message": "warning: slow"},
        {"severity": "error", "message": "error: boom"},
    ]
    judged = judge(Run(output(diagnostics=diagnostics), 1, "error: bang"), [], TODAY)
    assert "error: boom\nerror: bang" in markdown(judged, 10_000, "")


def test_a_preview_that_reports_an_error_is_refused_in_spite_of_its_exit_code() -> None:
    assert "reports errors" in failures(output(diagnostics=[{"severity": "error"}]))


def test_warnings_are_no_reason_to_refuse() -> None:
    diagnostics = [{"severity": "warning", "message": "warning: slow"}]
    assert not failures(output(diagnostics=diagnostics))


def test_what_failed_before_it_printed_anything_is_refused() -> None:
    missing = "error: validating stack config: missing configuration value 'allowedOrigins'"
    judged = judge(Run("", 1, missing), [], TODAY)
    # The empty output isn't reported: it explains nothing.
    assert judged.failures == ["The preview failed with exit code 1."]
    assert missing in markdown(judged, 10_000, "")


def without(key: str) -> str:
    whole = json.loads(NOTHING_CHANGES)
    del whole[key]
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Invalid JSON"),
        ("\n \n", "Invalid JSON"),
        ("{", "Invalid JSON"),
        (NOTHING_CHANGES[:-10], "Invalid JSON"),
        (NOTHING_CHANGES + NOTHING_CHANGES, "Invalid JSON"),
        ("Previewing update (prod):\n" + NOTHING_CHANGES, "Invalid JSON"),
        ("null", "object"),
        ("[]", "object"),
        ('"{}"', "object"),
        ("{}", "changeSummary: Field required"),
        (without("changeSummary"), "changeSummary: Field required"),
        ('{"steps": 7, "changeSummary": {"same": 1}}', "steps"),
        ('{"steps": [], "changeSummary": {}}', "counts no resource"),
        ('{"steps": [], "changeSummary": {"same": 0}}', "counts no resource"),
        ('{"steps": [], "changeSummary": {"same": "1"}}', "changeSummary, same"),
        (
            '{"steps": [], "changeSummary": {"delete": 1}}',
            "counts more resources to delete than it lists",
        ),
        (
            '{"steps": [], "changeSummary": {"frobnicate": 1}}',
            "more resources to frobnicate than it lists",
        ),
        ('{"steps": [7], "changeSummary": {"same": 1}}', "steps, entry 1"),
        ('{"steps": [{"op": "same"}], "changeSummary": {"same": 1}}', "steps, entry 1, urn"),
        (
            '{"steps": [{"op": "same", "urn": "x"}], "changeSummary": {"same": 1}}',
            "steps, entry 1, urn",
        ),
    ],
)
def test_what_is_no_preview_is_refused(text: str, reason: str) -> None:
    assert reason in failures(text)


@pytest.mark.parametrize(
    "text", [without("steps"), '{"steps": null, "changeSummary": {"same": 1}}']
)
def test_a_preview_need_not_list_what_stays_as_it_is(text: str) -> None:
    assert not failures(text)


@pytest.mark.parametrize("count", [2, 11])
def test_a_preview_that_lists_less_than_it_counts_is_refused(count: int) -> None:
    whole = json.loads(output(step("delete", ALARM)))
    whole["changeSummary"]["delete"] = count
    assert "counts more resources to delete than it lists" in failures(json.dumps(whole))


def test_a_plan_that_is_none_is_refused() -> None:
    judged = judge(Run(NOTHING_CHANGES, 0, plan="{"), [], TODAY)
    assert "The plan can't be read" in str(judged.failures)


@pytest.mark.parametrize(("stack", "fits"), [("prod", True), ("me/prod", True), ("staging", False)])
def test_a_preview_of_another_stack_is_refused(stack: str, fits: bool) -> None:  # noqa: FBT001
    assert ("" if fits else "not of staging") in failures(NOTHING_CHANGES, stack=stack)
    assert bool(failures(NOTHING_CHANGES, stack=stack)) != fits


def test_a_name_may_hold_what_separates_the_parts_of_a_urn() -> None:
    judged = verdict(step("delete", TABLE, old=state(), name="a::b"))
    assert [finding.step.name for finding in judged.findings] == ["a::b"]
