"""Rows of text as tables: for the terminal and as Markdown."""

from __future__ import annotations

from typing import Sequence

WORDS = ("model", "engine", "program", "pipeline", "method", "gallery", "ours", "best peer")
"""Columns that hold words."""


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text for a terminal: words to the left, numbers to the right."""
    widths = [max(len(line[column]) for line in rows) for column in range(len(rows[0]))]
    words = [column for column, name in enumerate(rows[0]) if name in WORDS]
    lines = (
        "  ".join(
            cell.ljust(width) if column in words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        )
        for line in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text as a Markdown table, the header first."""
    header, *body = rows
    lines = [header, ["---"] * len(header), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
