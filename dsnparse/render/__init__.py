"""What is printed: reports, rows, tables and summaries as text."""
