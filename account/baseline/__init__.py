"""What an AWS account needs once, before workflows deploy to it, and the rights that they get."""
