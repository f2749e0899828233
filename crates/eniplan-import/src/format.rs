//! Format: a layout of trace files.

use super::content::{Beginning, Content};
use super::file::Companions;
use super::functions::KnownFunctions;
use super::gives::Gives;
use super::reading::Reading;

/// A layout of trace files.
pub trait TraceFormat: Sync {
    /// Its name, as `--trace-format` takes it.
    fn name(&self) -> &'static str;

    /// What it holds, in one line.
    fn summary(&self) -> &'static str;

    /// An example of its header, or of its beginning.
    fn header(&self) -> &'static str;

    /// What it gives.
    fn gives(&self) -> Gives;

    /// Whether it has companion files.
    fn companions(&self) -> bool {
        false
    }

    /// Whether a file that begins so looks like it.
    fn detect(&self, beginning: &Beginning<'_>) -> bool;

    /// Hands all that `content` holds to `reading`, record by record, and all that is wrong with it.
    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>);

    /// The functions by their names, with what the companions say of them; `reading` knows them by keys.
    fn known(&self, reading: &mut Reading<'_>, _: &Companions<'_>) -> KnownFunctions {
        KnownFunctions::new(reading.functions().names().to_vec(), reading.options())
    }
}
