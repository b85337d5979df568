//! What differs between revisions of the program, as data and small functions. One module per revision, one revision
//! per build; the rest of the crate says `revision::…` and knows none by name.

#[cfg(not(feature = "tombstone"))]
compile_error!("choose a revision: the feature `tombstone`");

#[cfg(feature = "tombstone")]
mod tombstone;
#[cfg(feature = "tombstone")]
pub use tombstone::*;
