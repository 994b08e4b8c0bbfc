"""The clock's door: timetable, thin handlers, scheduler."""
