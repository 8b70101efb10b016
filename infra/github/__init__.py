"""What workflows ask of GitHub: comments, issues, and how prod is protected."""
