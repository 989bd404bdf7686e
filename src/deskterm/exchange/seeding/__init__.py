"""Seed files in TOML and CSV."""
