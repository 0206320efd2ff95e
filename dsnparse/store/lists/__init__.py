"""The suppression list: shown, added to, lifted, imported and exported."""
