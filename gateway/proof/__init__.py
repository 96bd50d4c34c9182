"""What proves that an answer is the one given. Pure: no I/O, and nothing imported from the rest of `gateway`."""
