"""Seed files in TOML and CSV, and the text files that people write."""
