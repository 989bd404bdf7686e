"""Administration of a desk: set-up, versions of its procedure, severity scale and rule settings."""
