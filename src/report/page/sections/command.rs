//! The command that reproduces the page.

use maud::{Markup, html};

use super::no_data;
use crate::diagnostic::escaped;
use crate::report::page::{PageSection, ReportPage};

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "again", title: "Reproduce", body, data: no_data };

fn body(page: &ReportPage<'_>) -> Markup {
    html! {
        pre tabindex="0" { code { (escaped(page.command)) } }
        p.note {
            "The same files and eniplan " (env!("CARGO_PKG_VERSION")) " produce the same page, byte for byte."
        }
    }
}
