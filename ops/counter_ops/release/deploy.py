"""`counter deploy`: deploy exactly what was previewed, allowed, and perhaps approved."""

import argparse
from pathlib import Path

from counter_ops.errors import UserError
from counter_ops.gate.preview_output import Preview, PreviewError, State, read_preview
from counter_ops.release.preview import Folder, preview
from counter_ops.release.pulumi_cli import update
from counter_ops.stack_name import add_stack


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)
    parser.add_argument("--approved", type=Path, help="the folder of an approved preview")


def run(arguments: argparse.Namespace) -> int:
    """Deploy the stack."""
    deploy(arguments.stack, arguments.approved)
    return 0


def deploy(stack: str, approved: Path | None) -> None:
    """Deploy a stack.

    An approved preview is deployed if the stack would still change in the same way. Otherwise a new
    preview is, if it passes the gate.

    Raises:
        UserError: the preview fails, the gate blocks the stack, or the deployment fails.

    """
    verdict = preview(stack)
    if not verdict.may_go_on or verdict.preview is None:
        why = (
            "its preview failed, see above"
            if verdict.failures
            else "the gate blocks it, see above and docs/gate.md"
        )
        msg = f"{stack} was not deployed: {why}"
        raise UserError(msg)
    now = Folder.of(stack)
    plan = now.plan
    if approved:
        if _still_fits(Folder(approved), verdict.preview):
            plan = Folder(approved).plan
            note = "This is what was approved."
        else:
            note = (
                "⚠️ The stack has changed since the approval. It was previewed again: the above "
                "passed the gate and is deployed."
            )
        # Flushed, to stand before the CLI's own output.
        print(note, flush=True)
        now.summary.write_text(f"{now.summary.read_text()}\n{note}\n")
    now.started.touch()
    if not update(stack, ["--plan", str(plan)]):
        msg = (
            f"the deployment of {stack} failed, see above. {stack} may be half changed. To roll "
            "back: docs/operations.md#rolling-back"
        )
        raise UserError(msg)


def _still_fits(approved: Folder, now: Preview) -> bool:
    try:
        before = read_preview(approved.preview.read_text())
    except (OSError, PreviewError) as error:
        msg = f"the approved preview {approved.preview} can't be read: {error}"
        raise UserError(msg) from error
    return _changes(before) == _changes(now)


def _changes(preview: Preview) -> dict[tuple[str, str], State | None]:
    """Return the states that a preview would give the resources."""
    return {
        (step.urn, step.operation): step.new for step in preview.steps if step.operation != "same"
    }
