"""The course's pictures, one module for each notebook. Each function shows one figure."""
