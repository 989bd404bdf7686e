"""Logins on mail servers: by a password, or by a token of the provider (M-61)."""
