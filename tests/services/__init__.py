"""The verbs on migrated databases of both kinds."""
