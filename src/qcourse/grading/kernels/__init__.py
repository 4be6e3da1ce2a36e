"""Kernels that are forked from a warm process, and run in a place."""
