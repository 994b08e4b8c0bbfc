"""The ledger of what government units promised: read, extract, track, remind, link, reconcile."""
