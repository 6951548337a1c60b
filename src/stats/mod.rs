//! Numbers about numbers: weighted quantiles. Knows nothing of places.
