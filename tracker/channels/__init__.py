"""Messages out: inbox, e-mail."""
