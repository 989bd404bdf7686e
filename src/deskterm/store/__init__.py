"""What is stored: tables, engine, migrations, reads and the feed of changes."""
