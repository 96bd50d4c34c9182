"""Relations of subjects: for each the type of its section, and the field with its arguments, on a class to inherit."""
