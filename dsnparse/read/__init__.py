"""Who failed: readers from the most authoritative statement to free text, and the record that follows."""
