"""Messages out: e-mail, robots, a signed webhook."""
