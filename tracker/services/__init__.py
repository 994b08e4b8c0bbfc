"""The verbs: one function a use case; no Flask, no commit."""
