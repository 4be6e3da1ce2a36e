"""Kernels that are forked from a warm process and live in a place."""
