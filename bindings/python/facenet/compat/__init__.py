"""Doors for programs that were written for other packages, under the names those have."""
