"""Which telecom customers leave, on the churn data of the MLC++ library."""
