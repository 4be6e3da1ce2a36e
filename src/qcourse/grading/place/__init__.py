"""Places where untrusted code runs, and the limits that hold there."""
