"""Class maps, masks, regions and sky images as files."""
