"""Pages that the gateway serves as they are: no build step, nothing from elsewhere, nothing kept."""
