"""What nobody may do, however the request is dressed."""
