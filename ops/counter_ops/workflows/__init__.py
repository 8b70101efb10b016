"""What workflows ask of GitHub: comments, issues, and how environments are protected."""
