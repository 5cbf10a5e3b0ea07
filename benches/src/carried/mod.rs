//! Which changed types a patch carries, and what stands in the way of the others, by what polusc says.

pub mod kinds;
pub mod run;
pub mod table;
pub mod types;
