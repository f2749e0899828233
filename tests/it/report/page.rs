//! The report as a page: the same bytes again, whole, safe, nothing loaded, and not too large.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use crate::cli::{Said, run};

const SMALL: &str = "report counts.csv --scenario scenario.toml --quick --quiet";

fn line(words: &str) -> Said {
    run(&words.split_whitespace().collect::<Vec<_>>())
}

fn page(words: &str) -> String {
    let said = line(words);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{words}");
    said.out
}

/// A file of this test's own.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("page-{name}"));
    fs::write(&path, text).unwrap();
    path
}

/// A tag with its attributes, or a stretch of text.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Open(&'a str, Vec<(&'a str, &'a str)>),
    Close(&'a str),
    Text(&'a str),
}

/// Reads HTML as this project writes it: every attribute quoted, no `>` inside one, scripts and
/// styles up to their end.
fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("a doctype");
    while !rest.is_empty() {
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").expect("the end of a comment").1;
        } else if let Some(close) = rest.strip_prefix("</") {
            let (name, after) = close.split_once('>').expect("the end of a tag");
            pieces.push(Piece::Close(name));
            rest = after;
        } else if let Some(open) = rest.strip_prefix('<') {
            let (tag, after) = open.split_once('>').expect("the end of a tag");
            let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            pieces.push(Piece::Open(name, self::attributes(attributes)));
            if closed {
                pieces.push(Piece::Close(name));
            }
            rest = after;
            if ["script", "style"].contains(&name) {
                let (text, after) = rest.split_once(&format!("</{name}>")).expect("the end of a script");
                pieces.extend([Piece::Text(text), Piece::Close(name)]);
                rest = after;
            }
        } else {
            let (text, _) = rest.split_once('<').unwrap_or((rest, ""));
            pieces.push(Piece::Text(text));
            rest = &rest[text.len()..];
        }
    }
    pieces
}

fn attributes(mut text: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    while !text.trim().is_empty() {
        text = text.trim_start();
        match text.find([' ', '=']) {
            Some(at) if text[at..].starts_with("=\"") => {
                let (value, after) = text[at + 2..].split_once('"').expect("the end of a value");
                all.push((&text[..at], value));
                text = after;
            }
            at => {
                let (name, after) = text.split_at(at.unwrap_or(text.len()));
                all.push((name, ""));
                text = after;
            }
        }
    }
    all
}

const VOID: [&str; 3] = ["meta", "input", "br"];

/// Asserts that every element ends, in order, and that no two have one id; gives the pieces.
fn whole(html: &str) -> Vec<Piece<'_>> {
    let pieces = pieces(html);
    let (mut open, mut ids) = (Vec::new(), BTreeSet::new());
    for piece in &pieces {
        match piece {
            Piece::Open(name, attributes) => {
                for (_, id) in attributes.iter().filter(|(name, _)| *name == "id") {
                    assert!(ids.insert(*id), "two have the id {id}");
                }
                if !VOID.contains(name) {
                    open.push(*name);
                }
            }
            Piece::Close(name) => assert_eq!(open.pop(), Some(*name)),
            Piece::Text(_) => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    for (name, value) in of(&pieces) {
        if let Some(id) = value.strip_prefix('#').filter(|_| name == "href") {
            assert!(ids.contains(id), "no {id}");
        }
        if name == "aria-labelledby" {
            assert!(ids.contains(value), "no {value}");
        }
    }
    pieces
}

fn of<'a>(pieces: &'a [Piece<'a>]) -> impl Iterator<Item = (&'a str, &'a str)> {
    let open = |piece: &'a Piece<'a>| match piece {
        Piece::Open(_, attributes) => attributes.as_slice(),
        _ => &[],
    };
    pieces.iter().flat_map(open).copied()
}

/// Asserts that nothing is loaded, and that the policy names what stands in the file and no more.
fn alone(pieces: &[Piece<'_>]) {
    for piece in pieces {
        if let Piece::Open(name, _) = piece {
            assert!(
                !["link", "img", "iframe", "object", "embed", "base", "form", "image", "use"].contains(name)
            );
        }
    }
    for (name, value) in of(pieces) {
        assert!(
            !name.starts_with("on") && !["src", "style", "srcset", "action", "xlink:href"].contains(&name)
        );
        assert!(name != "href" || value.starts_with('#'), "{value}");
    }
    let policy = of(pieces).find(|(_, value)| value.starts_with("default-src 'none'")).unwrap().1;
    let policy = policy.replace("&#39;", "'");
    let mut hashes = 0;
    for pair in pieces.windows(2) {
        let [Piece::Open(name @ ("script" | "style"), attributes), Piece::Text(text)] = pair else {
            continue;
        };
        if attributes.is_empty() {
            let hash = Base64::encode_string(&Sha256::digest(text));
            assert!(policy.contains(&format!("'sha256-{hash}'")), "{name}");
            hashes += 1;
        }
    }
    assert_eq!(policy.matches("sha256-").count(), hashes, "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"));
}

fn data(pieces: &[Piece<'_>]) -> serde_json::Value {
    let block = pieces.windows(2).find_map(|pair| match pair {
        [Piece::Open("script", attributes), Piece::Text(text)] if attributes.contains(&("id", "data")) => {
            Some(*text)
        }
        _ => None,
    });
    serde_json::from_str(block.unwrap()).unwrap()
}

#[test]
fn golden_page_reads_as_it_did() {
    let html = page(SMALL);
    let main = html.split_once("<main>").unwrap().1.split_once("</main>").unwrap().0;
    // The drawing of the topology has golden files of its own.
    let (before, drawing) = main.split_once("<svg xmlns").unwrap();
    let main = format!("{before}{}", drawing.split_once("</svg>").unwrap().1);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("page.html", main.replace("><", ">\n<")));
}

#[test]
fn the_page_is_whole_loads_nothing_and_is_the_same_again() {
    let html = page(SMALL);
    alone(&whole(&html));
    assert_eq!(html, page(SMALL), "the same command");
    let one = page(&format!("{SMALL} --threads 1")).replace(" --threads 1", "");
    assert_eq!(html, one, "on one thread");
    assert!(html.contains(&format!("<code>eniplan {SMALL}</code>")));
}

#[test]
fn series_hold_the_peaks_that_the_figures_name() {
    let html = page(SMALL);
    let data = data(&whole(&html));
    let json: serde_json::Value =
        serde_json::from_str(&page("simulate counts.csv --scenario scenario.toml --quiet --format json"))
            .unwrap();
    let own = usize::try_from(data["timeline"]["own"].as_u64().unwrap()).unwrap();
    let track = &data["timeline"]["tracks"][own];
    let most =
        |series: &serde_json::Value| series.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).max();
    assert_eq!(most(&track["enis"]), json["enis"]["peak"].as_u64());
    assert_eq!(most(&track["environments"]), json["environments"]["peak"].as_u64());
    let arrived: u64 =
        data["timeline"]["invocations"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(Some(arrived), json["invocations"].as_u64());
}

#[test]
fn hostile_names_stay_text() {
    let hostile = ["<img src=x onerror=a>", "</script><script>a</script>", "<!--", "\u{202e}evil"];
    let rows: String = hostile.iter().fold(String::new(), |mut out, name| {
        writeln!(out, "0,{name},3,400").unwrap();
        out
    });
    let trace = file("hostile.csv", &format!("time,function,invocations,duration_ms\n{rows}"));
    let html = page(&format!("report {} --quick --quiet", trace.display()));
    let pieces = whole(&html);
    alone(&pieces);
    let text: Vec<&str> = pieces
        .iter()
        .filter_map(|piece| if let Piece::Text(text) = piece { Some(*text) } else { None })
        .collect();
    for wanted in
        ["&lt;img src=x onerror=a&gt;", "&lt;/script&gt;&lt;script&gt;a", "&lt;!--", "\\u{202e}evil"]
    {
        assert!(text.iter().any(|text| text.contains(wanted)), "{wanted}");
    }
}

#[test]
fn a_week_of_250_functions_is_below_two_megabytes() {
    let mut rows = "time,function,invocations,duration_ms\n".to_owned();
    // A function without invocations makes a minute the length of a slot.
    for minute in 0..10_080 {
        writeln!(rows, "{},another,0,900", minute * 60).unwrap();
        if minute % 9 > 0 {
            continue;
        }
        let function = minute / 9 % 250;
        writeln!(
            rows,
            "{},a-function-with-a-rather-long-name-{function},{},900",
            minute * 60,
            1 + minute % 70
        )
        .unwrap();
    }
    let trace = file("week.csv", &rows);
    let html = page(&format!("report {} --gaps zero --quick --quiet", trace.display()));
    let data = data(&whole(&html));
    assert!(data["timeline"]["steps"].as_u64().unwrap() > 2_000);
    assert!(html.len() < 2_000_000, "{}", html.len());
}

#[test]
fn routes_have_a_section_of_their_own_and_memory_has_one_always() {
    let html =
        page("report counts.csv --scenario routes.toml --policy idle-reuse --quick --quiet --cache-ttl 30s");
    let data = data(&whole(&html));
    let points = data["compose"]["points"].as_array().unwrap();
    assert!(points.iter().any(|point| point["label"] == "monolith") && points.len() >= 2, "{points:?}");
    assert!(html.contains("A value kept outside the handler for 30s"));
    let shares = data["reuse"]["served"]["shares"].as_array().unwrap();
    assert!(shares.is_sorted_by(|a, b| a.as_f64() >= b.as_f64()), "{shares:?}");
    let none = page(SMALL);
    assert!(!none.contains("id=\"compose\"") && none.contains("id=\"reuse\""));
    // A policy that follows a plan says why there is nothing to compare.
    let planned = page("report counts.csv --scenario routes.toml --policy scheduled --quick --quiet");
    assert!(planned.contains("The groupings are not compared: the policy scheduled follows a plan"));
}

#[test]
fn the_third_sentence_names_what_can_be_had_on_the_model() {
    let third = |words: &str| {
        let html = page(&format!("report counts.csv --quick --quiet {words}"));
        html.split("<p class=\"answer").nth(3).unwrap().split("</p>").next().unwrap().to_owned()
    };
    let (old, new) = (third("--model lambda-2018"), third("--model lambda-hyperplane"));
    assert!(!old.contains("at-deploy") && new.contains("at-deploy"), "{old}\n{new}");
    assert!(!old.contains("clairvoyant") && !new.contains("clairvoyant"), "{old}\n{new}");
}

#[test]
fn exit_codes_and_files() {
    let path = file("gate.html", "");
    let shown = path.to_str().unwrap();
    let kept = line(&format!("report counts.csv --quick -o {shown} --max-cold-start 20m"));
    assert_eq!((kept.code, kept.out.as_str()), (0, ""));
    assert!(kept.err.contains("wrote "), "{}", kept.err);
    let broken = line(&format!("report counts.csv --quick --quiet -o {shown} --max-cold-start 1ms"));
    assert_eq!((broken.code, broken.err.as_str()), (1, ""));
    assert!(fs::read_to_string(&path).unwrap().contains("No plan keeps every cold start within 1ms"));
    assert_eq!(line("report counts.csv --quick --runs 3").code, 2);
    assert_eq!(line("report counts.csv -o no-such-folder/report.html --quick").code, 2);
    assert_eq!(line("report bad.csv --quick").code, 2);
}
