//! Figures: what the benches share.
