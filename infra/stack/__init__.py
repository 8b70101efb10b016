"""The counter's AWS resources, one component a file, and the pure logic that they share."""
