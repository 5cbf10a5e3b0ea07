//! Pure: from facts and a patch to what shall be done, or to a refusal.

pub mod change;
pub mod explain;
pub mod load;
pub mod new_code;
pub mod resolve;
mod threads;
pub mod verify;

pub use change::{Change, Wait, Write, change, connected, lingering, older_code};
pub use explain::explain;
pub use load::{Load, load};
