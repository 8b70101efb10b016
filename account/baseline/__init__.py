"""The resources that an AWS account needs before workflows deploy to it, and their rights.

As in `infra/stack`, each component is a file, and pure logic (ARNs, policies) has files of its own.
"""
