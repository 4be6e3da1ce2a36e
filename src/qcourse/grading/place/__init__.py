"""Where untrusted code runs, and what it may use there."""
