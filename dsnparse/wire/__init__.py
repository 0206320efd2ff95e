"""From bytes to MIME structure, header fields, decoded text and addresses, within named limits."""
