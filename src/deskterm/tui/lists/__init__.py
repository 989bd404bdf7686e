"""Parts of the queue beside its rows: its views, marks, and the hits of its filter."""
