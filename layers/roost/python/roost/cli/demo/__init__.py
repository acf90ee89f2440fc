"""The demonstration: the fraud story, from raw files to a bad release that is rolled back."""
