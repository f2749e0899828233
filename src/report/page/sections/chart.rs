//! Chart: the place that a script draws a chart in, with a description.

use maud::{Markup, html};

/// A place for the chart `id`; `says` is what it shows, for those who do not see it.
pub(super) fn chart(id: &str, title: &str, says: &str) -> Markup {
    html! {
        figure.chart id=(id) {
            figcaption { (title) }
            // The arrow keys move the cursor, which tells the values.
            div.plot tabindex="0" role="img" aria-label=(says) { }
            p.values aria-live="polite" { }
            noscript { p.note { (says) } }
        }
    }
}
