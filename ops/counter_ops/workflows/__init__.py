"""The calls of workflows to GitHub: comments, issues, deployments and environments.

`preview_comment`, `drift_issue`, `deploy_order` and `environment_protection` are a command each.
`github_api` is a client of GitHub's REST API, `run_context` the workflow run, and `marked_text` a
text that a later run finds again.
"""
