"""Whatever is picked while it is typed: rows that have some words, and colleagues to mention."""
