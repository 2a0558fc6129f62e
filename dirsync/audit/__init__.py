"""Pure: what the Estate says about seats, directories and sign-up."""
