"""The workflows, and what they ask of a GitHub that is pretended on this machine."""
