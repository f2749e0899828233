//! The command that makes the page again.

use maud::{Markup, html};

use super::no_data;
use crate::diagnostic::escaped;
use crate::report::page::{PageSection, ReportPage};

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "again", title: "Make it again", body, data: no_data };

fn body(page: &ReportPage<'_>) -> Markup {
    html! {
        pre tabindex="0" { code { (escaped(page.command)) } }
        p.note {
            "With the same files and eniplan " (env!("CARGO_PKG_VERSION")) " it makes the same page, byte for byte."
        }
    }
}
