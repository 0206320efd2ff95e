"""What the operator wants: when an address is suppressed, paused or left alone."""
