"""What all samplers share: draws, what chains record, and statistics of them."""
