"""Parts that only a desk in a SQLite file needs: the guard of its file, and the queue of its writers."""
