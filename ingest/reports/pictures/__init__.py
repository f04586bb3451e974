"""Pictures where people would rather look than read: SVG inside the report, legible in black and white."""
