"""Repeatable measurements: a line `name value unit bar` for each figure, exit 1 when a bar is missed."""
