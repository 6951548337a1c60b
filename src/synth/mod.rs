//! The made-up borough: the same files a council would have, any size, seeded.
