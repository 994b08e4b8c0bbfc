"""Forms: what the browser may send, with Chinese messages."""
