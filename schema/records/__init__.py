"""Records of departments, one module per field of law; fields as the standards list them."""
