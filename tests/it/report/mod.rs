//! What all reports share: schemas, drawings, the page.

mod graph;
mod json_schema;
mod page;
mod schemas;
