"""What a session is, independent of any database."""
