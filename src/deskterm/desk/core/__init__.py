"""The session, the transaction that every command runs in, and the rows it reads and writes."""
