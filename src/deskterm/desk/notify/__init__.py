"""Who is told of an event, when and in which words: topics, recipients, quiet hours, letters."""
