"""Explanations of due times, policies and queue positions, as data and as text."""
