//! Stage 1 on real builds, files and compilation databases.

mod capture;
mod inputs;
mod support;
