"""Parts of a bare read-only connection: tickets that it hides, and the cancellation of a query."""
