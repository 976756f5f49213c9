"""The flights that left New York City in 2013: real data, captured, grown again from its profile, and compared."""
