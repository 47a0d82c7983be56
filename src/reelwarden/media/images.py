"""Still and animated images."""
