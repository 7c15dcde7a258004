"""Renders verdicts: ``views`` says what is shown, one module per dialect says how it looks."""
