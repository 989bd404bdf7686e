"""The whole desk as files that any database can be filled from (R-65)."""
