"""What workflows ask of GitHub: comments, issues, and how environments are protected.

`preview_comment`, `drift_issue`, `deploy_order` and `environment_protection` are a command each.
`github_api` is GitHub's REST API, `run_context` the run that a command is part of, and
`marked_text` the text that a later run finds again.
"""
