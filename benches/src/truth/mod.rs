//! Truth from objects: the functions that a patch replaces against what two builds' code says.
//!
//! object reads a relocatable object, normal makes its code comparable, compare pairs the functions
//! of two builds; all three are pure. variant edits texts, build compiles them, replaced reads what
//! polusc reports, judge puts both together, and table prints.

pub mod build;
pub mod compare;
pub mod judge;
pub mod normal;
pub mod object;
pub mod replaced;
pub mod table;
pub mod variant;
