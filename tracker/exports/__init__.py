"""Files out: workbooks and documents."""
