"""The store: tables, connections to both databases, migrations, reads and the notification of changes."""
