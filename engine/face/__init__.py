"""What is found in a face: landmarks, parts, pose, expression."""
