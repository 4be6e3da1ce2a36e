"""Grading a class: fast, contained, nothing lost. docs/architecture.md shows how the modules join."""
