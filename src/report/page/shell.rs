//! Shell: what stands around the sections: the head, the way about, and everything the file carries with it.

use base64ct::{Base64, Encoding};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::content::ReportPage;
use super::section::PageSection;
use super::{data, sections};
use crate::report::format::name;

/// uPlot 1.6.32 (MIT): the charts.
const UPLOT: &str = include_str!("vendor/uplot/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("vendor/uplot/uPlot.min.css");
const UPLOT_LICENCE: &str = include_str!("vendor/uplot/LICENSE");

const STYLE: &str = include_str!("assets/page.css");
/// Sets the colours before anything is drawn.
const THEME: &str = include_str!("assets/theme.js");
/// Draws the charts.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("assets/words.js"),
    include_str!("assets/charts.js"),
    include_str!("assets/timeline.js"),
    include_str!("assets/figures.js"),
    include_str!("assets/start.js"),
    "})();\n"
);

const SCRIPTS: [&str; 3] = [THEME, UPLOT, SCRIPT];
const STYLES: [&str; 2] = [UPLOT_STYLE, STYLE];

/// The whole file with these sections. The same page gives the same bytes.
pub(super) fn document(page: &ReportPage<'_>, sections: &[PageSection]) -> Markup {
    let data: Map<String, Json> = sections
        .iter()
        .map(|section| (section.id.to_owned(), (section.data)(page)))
        .filter(|(_, data)| !data.is_null())
        .collect();
    let filled = sections.iter().map(|section| (section, (section.body)(page)));
    let filled: Vec<(&PageSection, Markup)> = filled.filter(|(_, body)| !body.0.is_empty()).collect();
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(page))
            body {
                a.skip href="#answer" { "To the answer" }
                (bar(&filled))
                main {
                    @for (section, body) in &filled { (framed(page, section, body)) }
                }
                footer { p { "Made by eniplan " (env!("CARGO_PKG_VERSION")) ". This file loads nothing from elsewhere." } }
                (data::block("data", &Json::Object(data)))
                (PreEscaped(format!("<!-- The charts: uPlot 1.6.32\n{UPLOT_LICENCE}-->\n")))
                (script(UPLOT))
                (script(SCRIPT))
            }
        }
    }
}

fn head(page: &ReportPage<'_>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy(page));
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="generator" content=(concat!("eniplan ", env!("CARGO_PKG_VERSION")));
            title { "eniplan: " (page.subject.file()) }
            @for style in STYLES { style { (PreEscaped(style)) } }
            (script(THEME))
        }
    }
}

fn bar(sections: &[(&PageSection, Markup)]) -> Markup {
    html! {
        header.bar {
            span.brand { "eniplan" }
            nav aria-label="Sections" {
                @for (section, _) in sections { a href={ "#" (section.id) } { (short(section)) } }
            }
            button #theme type="button" aria-pressed="false" { "Dark" }
        }
    }
}

/// The beginning of the heading: what a menu has room for.
fn short(section: &PageSection) -> &'static str {
    let ends = [",", " and ", " against ", " compared", " cold start", " outside", " from "];
    let end = ends.iter().filter_map(|end| section.title.find(end)).min();
    end.map_or(section.title, |end| &section.title[..end])
}

fn framed(page: &ReportPage<'_>, section: &PageSection, body: &Markup) -> Markup {
    let heading = format!("{}-heading", section.id);
    html! {
        section id=(section.id) aria-labelledby=(heading) {
            @if section.id == "answer" {
                p.source { (name(&page.subject.source)) }
                h1 id=(heading) { (section.title) }
            } @else {
                h2 id=(heading) { (section.title) }
            }
            (body)
        }
    }
}

fn script(text: &str) -> Markup {
    html! { script { (PreEscaped(text)) } }
}

/// Nothing is loaded, and no script or style runs but those that the file was made with.
fn policy(page: &ReportPage<'_>) -> String {
    let hashes = |texts: &[&str]| {
        let hash = |text: &&str| format!(" 'sha256-{}'", Base64::encode_string(&Sha256::digest(text)));
        texts.iter().map(hash).collect::<String>()
    };
    format!(
        "default-src 'none'; script-src{}; style-src{}; img-src data:; base-uri 'none'; form-action 'none'",
        hashes(&SCRIPTS),
        hashes(&[UPLOT_STYLE, STYLE, &sections::topology::style(page)])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_file_carries_cannot_end_its_element_and_loads_nothing() {
        for script in SCRIPTS {
            assert!(!script.contains("</script") && !script.contains("<!--"));
            for call in
                ["fetch(", "XMLHttpRequest", "import(", "eval(", "new Function", "innerHTML", "WebSocket"]
            {
                assert!(!script.contains(call), "{call}");
            }
        }
        for style in STYLES {
            assert!(!style.contains("</style") && !style.contains("url(") && !style.contains("@import"));
        }
        assert!(!UPLOT_LICENCE.contains("--"));
    }
}
