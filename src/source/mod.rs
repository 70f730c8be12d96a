//! The exact source a package is built from: found or fetched, verified, safely unpacked.
//!
//! Verifies before anything is read, executes nothing, and never writes outside its store.
