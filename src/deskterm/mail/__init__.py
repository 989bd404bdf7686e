"""Letters that come in and go out (`M-01` to `M-69`)."""
