//! What differs between revisions of the program, as data and small functions. One module per revision, one revision
//! per build; the rest of the crate says `revision::…` and knows none by name.

#[cfg(all(feature = "tombstone", feature = "epoch"))]
compile_error!("choose one revision: a crate with `epoch` is built with `--no-default-features`");
#[cfg(not(any(feature = "tombstone", feature = "epoch")))]
compile_error!("choose a revision: the feature `tombstone` or `epoch`");

#[cfg(all(feature = "epoch", not(feature = "tombstone")))]
mod epoch;
#[cfg(all(feature = "epoch", not(feature = "tombstone")))]
pub use epoch::*;

#[cfg(feature = "tombstone")]
mod tombstone;
#[cfg(feature = "tombstone")]
pub use tombstone::*;
