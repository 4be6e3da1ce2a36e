"""The course's pictures, one module per notebook. Each function shows one figure."""
