"""What reviewers read, and what stays hidden from them."""

import json
from datetime import timedelta

import pytest
from counter_ops.gate.allowed import Allowed
from counter_ops.gate.changes import changes_of
from counter_ops.gate.preview_output import Step
from counter_ops.gate.summary import COMMENT_LIMIT, diff, markdown
from counter_ops.gate.verdict import Run, Verdict, judge
from previews import (
    FUNCTION,
    ROLE_POLICY,
    TABLE,
    TODAY,
    UNKNOWN,
    Json,
    allow,
    output,
    policy,
    state,
    step,
    verdict,
)
from pydantic import JsonValue

SECRET = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "plaintext": '"hunter2"',
}
REPLACED = step("replace", TABLE, "table", replaceReasons=["hashKey"])


def text_of(judged: Verdict, limit: int = 10_000) -> str:
    return markdown(judged, limit, "They are elsewhere.")


def difference(before: Json, after: Json) -> list[str]:
    change = step("update", FUNCTION, old=state(before), new=state(after))
    return diff([*changes_of(Step.model_validate(change))]).splitlines()


def test_the_verdict_comes_first() -> None:
    assert text_of(verdict(REPLACED)).startswith("## ❌ `prod` is blocked\n")
    assert text_of(verdict()).startswith("## ✅ `prod` may be deployed\n")


def test_a_refusal_names_resource_property_reason_and_the_way_through() -> None:
    text = text_of(verdict(REPLACED))
    assert (
        "- replace **`table`** (`aws:dynamodb/table:Table`), forced by `hashKey`. "
        "It holds the count: a new one starts empty." in text
    )
    assert "allowed-changes.yaml" in text


def entry(days: int, reason: str = "Planned.") -> Allowed:
    (finding,) = verdict(REPLACED).findings
    return Allowed(
        type=TABLE,
        name=("table",),
        operation="replace",
        becomes=finding.demands[0].becomes,
        reason=reason,
        expires=TODAY + timedelta(days=days),
    )


def test_what_is_allowed_is_reported_with_reason_and_last_day() -> None:
    text = text_of(verdict(REPLACED, entries=[entry(7)]))
    assert "✅" in text
    assert "forced by `hashKey`" in text
    assert "Allowed until 2030-01-22: Planned." in text


def test_what_is_no_longer_allowed_is_reported() -> None:
    text = text_of(verdict(REPLACED, entries=[entry(-1)]))
    assert "❌" in text
    assert "the `replace of aws:dynamodb/table:Table table`, until 2030-01-14" in text


def test_a_failure_shows_what_the_engine_said_without_signed_addresses() -> None:
    said = "error: boom\nsee https://state.s3.amazonaws.com/prod.json?X-Amz-Signature=abc&y=z now"
    text = text_of(judge(Run("", 1, said), [], TODAY))
    assert "exit code 1" in text
    assert "error: boom" in text
    assert "https://state.s3.amazonaws.com/prod.json?… now" in text
    assert "X-Amz" not in text


def test_a_failed_preview_gets_no_entry_which_would_not_help() -> None:
    assert "```yaml" in text_of(judge(Run(output(REPLACED), 0), [], TODAY))
    assert "```yaml" not in text_of(judge(Run(output(REPLACED), 1), [], TODAY))


def test_a_failure_of_a_known_stack_names_it() -> None:
    assert "`prod` is blocked" in text_of(judge(Run("", 1, stack="prod"), [], TODAY))


def test_the_changes_are_counted() -> None:
    text = text_of(verdict(step("create", FUNCTION), step("update", TABLE), hidden=16))
    assert "17 same, 1 create, 1 update." in text


def test_a_change_shows_both_sides() -> None:
    assert difference({"memorySize": 128, "name": "x"}, {"memorySize": 256, "name": "x"}) == [
        "@@ -1 +1 @@",
        "-memorySize: 128",
        "+memorySize: 256",
    ]


def test_a_policy_is_shown_line_by_line() -> None:
    before, after = policy(allow("a:B")), policy(allow("a:C"))
    lines = difference({"policy": before}, {"policy": after})
    assert "-  Action: a:B" in lines
    assert "+  Action: a:C" in lines


def test_new_and_deleted_resources_are_shown_as_well() -> None:
    judged = verdict(
        step("create", FUNCTION, new=state({"name": "new"})),
        step("delete", ROLE_POLICY, old=state({"name": "old"})),
    )
    assert "+name: new" in text_of(judged)
    assert "-name: old" in text_of(judged)


def test_what_isnt_known_yet_says_so() -> None:
    assert "+arn: (known after the update)" in difference({"arn": "x"}, {"arn": UNKNOWN})
    assert "+- (known after the update)" in difference({"a": ["x"]}, {"a": [UNKNOWN, "x"]})


@pytest.mark.parametrize("hidden", ["[secret]", SECRET], ids=["mark", "signature"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("hunter2", "HIDDEN"),
        ("HIDDEN", "hunter2"),
        ("HIDDEN", "HIDDEN"),
        (None, "HIDDEN"),
        ({"deep": ["hunter2"]}, {"deep": ["HIDDEN"]}),
        ({"deep": {"x": "hunter2"}}, "HIDDEN"),
        ([{"x": "HIDDEN"}], None),
        ("other", {"x": "HIDDEN"}),
    ],
)
def test_secrets_are_never_shown(hidden: JsonValue, before: JsonValue, after: JsonValue) -> None:
    def put(value: JsonValue) -> JsonValue:
        return json.loads(json.dumps(value).replace('"HIDDEN"', json.dumps(hidden)))

    change = step(
        "update", FUNCTION, old=state({"key": put(before)}), new=state({"key": put(after)})
    )
    assert "hunter2" not in text_of(verdict(change))


def test_a_changed_secret_is_still_a_change() -> None:
    both = state({"endpoint": "[secret]"})
    text = text_of(verdict(step("update", TABLE, old=both, new=both, diffReasons=["endpoint"])))
    assert "`endpoint` from" in text
    assert "no change to show" in text


def test_the_config_of_the_stack_is_not_shown() -> None:
    assert "us-east-1" not in text_of(verdict(step("create", FUNCTION)))


def test_what_a_program_names_cant_break_out() -> None:
    name = "x`\n</summary></details> @everyone ```"
    change = step("update", FUNCTION, name, new=state({"description": "```\nout"}))
    # A name with a line break is none.
    assert "steps, entry 2, urn" in text_of(verdict(change))
    name = name.replace("\n", " ")
    change = step("update", FUNCTION, name, new=state({"description": "```\nout"}))
    # In the list of changes it stands between backticks.
    details = text_of(verdict(change)).split("<details>")[1]
    assert details.count("</details>") == 1
    assert "@everyone" not in details
    assert "````diff" in details


def test_what_a_policy_names_cant_break_out() -> None:
    action = "sns:x``` ![p](https://evil/x.png) <img> @everyone \u202e\ud800"
    new = state({"policy": policy(allow(action))})
    change = step("update", ROLE_POLICY, old=state({"policy": policy()}), new=new)
    text = text_of(verdict(change))
    shown = text.split("````diff")[1].split("````")[0]
    assert "@everyone" in shown
    assert "@everyone" not in text.replace(shown, "")
    assert text.encode()


def test_a_name_of_backticks_starts_no_code_that_runs_on() -> None:
    assert "**` `**" in text_of(verdict(step("create", ROLE_POLICY, "`")))


def test_an_entry_hides_and_reorders_nothing() -> None:
    assert "\u202e" not in text_of(verdict(step("delete", ROLE_POLICY, "x\u202ey")))


def test_a_reason_is_text_and_nothing_else() -> None:
    text = text_of(verdict(REPLACED, entries=[entry(7, reason="![x](y) @all <b> `z`")]))
    assert "Allowed until 2030-01-22: &#33;&#91;x&#93;(y) &#64;all &#60;b&#62; &#96;z&#96;" in text


def test_where_files_lie_is_no_change() -> None:
    def archive(path: str, digest: str) -> Json:
        return {"code": {"4dabf18193072939515e22adb298388d": "0def", "hash": digest, "path": path}}

    assert difference(archive("/a/x.zip", "1"), archive("/b/x.zip", "1")) == []
    lines = difference(archive("/a/x.zip", "1"), archive("/b/x.zip", "2"))
    assert lines[1:] == ["-code.hash: '1'", "+code.hash: '2'"]


def test_what_isnt_listed_is_said() -> None:
    note = "aren't listed (`--show-sames`)"
    assert note in text_of(verdict(step("create", FUNCTION), hidden=17))
    assert note not in text_of(verdict(step("create", FUNCTION)))


def many(count: int) -> Verdict:
    return verdict(
        *(
            step("update", FUNCTION, f"function-{index}", new=state({"description": "x" * 1000}))
            for index in range(count)
        )
    )


def test_a_long_diff_is_cut_between_resources_and_says_where_the_rest_is() -> None:
    text = text_of(many(100), limit=COMMENT_LIMIT)
    assert COMMENT_LIMIT - 3_000 < len(text) <= COMMENT_LIMIT
    shown = text.count("<details>")
    assert text.count("</details>") == shown
    assert f"**{100 - shown} more didn't fit here.** They are elsewhere." in text


def test_a_large_change_leaves_the_small_ones_their_room() -> None:
    large = step("update", FUNCTION, "large", new=state({"description": "x" * 60_000}))
    small = step("update", FUNCTION, "small", new=state({"description": "little"}))
    text = text_of(verdict(large, small))
    assert "little" in text
    assert "**1 more didn't fit here.**" in text


def test_a_verdict_longer_than_the_room_is_cut_as_well() -> None:
    judged = verdict(*(step("delete", TABLE, f"table-{index}") for index in range(1000)))
    text = text_of(judged, limit=COMMENT_LIMIT)
    assert len(text) <= COMMENT_LIMIT
    assert text.startswith("## ❌ `prod` is blocked\n")
    assert "They are elsewhere." in text


def test_nothing_is_left_out_where_there_is_room() -> None:
    text = text_of(many(3))
    assert text.count("<details>") == 3
    assert "didn't fit" not in text
    assert "They are elsewhere." not in text
