//! Drawings: SVG that parses and can be read, DOT that Graphviz takes, text; names that stay names.

use std::io::Write;
use std::process::{Command, Stdio};

use roxmltree::{Document, Node};

use crate::cli::run;
use crate::golden::golden;

/// What is drawn, by name; the formats come on top.
const DRAWINGS: [(&str, &str); 5] = [
    ("graph-twenty", "graph --scenario ../scenarios/twenty.toml"),
    ("graph-traffic", "graph counts.csv --scenario scenario.toml"),
    ("graph-open", "graph --scenario ../scenarios/good.toml"),
    ("graph-cold-path", "graph --of cold-path"),
    ("graph-worst-case", "graph log.csv --of worst-case --start empty --effort 5000"),
];

fn drawn(words: &str, format: &str) -> String {
    let words: Vec<&str> = words.split(' ').chain(["--format", format]).collect();
    let said = run(&words);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{words:?}");
    said.out
}

#[test]
fn drawings_are_as_they_were() {
    for (name, words) in DRAWINGS {
        golden(&format!("{name}.text"), &drawn(words, "text"));
        golden(&format!("{name}.dot"), &drawn(words, "dot"));
    }
    golden("graph-twenty.svg", &drawn(DRAWINGS[0].1, "svg"));
    golden("graph-worst-case.svg", &drawn(DRAWINGS[4].1, "svg"));
}

/// Left, top, width and height.
type Area = (f64, f64, f64, f64);

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap_or_default().parse().unwrap()
}

fn areas(picture: &Document<'_>, class: &str) -> Vec<Area> {
    let there = |node: &Node<'_, '_>| {
        node.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
    };
    let found = picture.descendants().filter(there);
    found
        .map(|node| (number(node, "x"), number(node, "y"), number(node, "width"), number(node, "height")))
        .collect()
}

/// What must hold of every picture: boxes apart and inside, letters inside their box or the picture.
fn legible(name: &str, svg: &str) {
    let picture = Document::parse(svg).unwrap_or_else(|error| panic!("{name}: {error}\n{svg}"));
    let root = picture.root_element();
    let (wide, high) = (number(root, "width"), number(root, "height"));
    assert_eq!(root.attribute("viewBox"), Some(format!("0 0 {wide} {high}").as_str()), "{name}");
    let boxes = areas(&picture, "eg-box");
    for (index, &(x, y, w, h)) in boxes.iter().enumerate() {
        assert!(x >= 0.0 && y >= 0.0 && x + w <= wide && y + h <= high, "{name}: a box is outside");
        for &(a, b, v, g) in &boxes[index + 1..] {
            assert!(
                x + w < a || a + v < x || y + h < b || b + g < y,
                "{name}: boxes overlap at {x},{y} and {a},{b}"
            );
        }
    }
    for text in picture.descendants().filter(|node| node.has_tag_name("text")) {
        let (x, y, size) = (number(text, "x"), number(text, "y"), number(text, "font-size"));
        let letters = text.text().unwrap_or_default().chars().count();
        // Half the letter size on average is what sans-serif fonts take.
        let end = x + letters as f64 * size * 0.5;
        assert!(
            x >= 0.0 && y >= size && end <= wide && y + 3.0 <= high,
            "{name}: {text:?} leaves the picture"
        );
        assert!(size >= 12.0, "{name}: letters too small");
        if let Some(home) = text.parent().filter(|parent| parent.attribute("class") == Some("eg-node")) {
            let area = home.children().find(|child| child.has_tag_name("rect")).unwrap();
            let (left, top) = (number(area, "x"), number(area, "y"));
            let inside = left <= x && end <= left + number(area, "width");
            assert!(
                inside && top <= y && y <= top + number(area, "height"),
                "{name}: {text:?} leaves its box"
            );
        }
    }
}

#[test]
fn pictures_parse_and_nothing_overlaps() {
    for (name, words) in DRAWINGS {
        legible(name, &drawn(words, "svg"));
    }
}

#[test]
fn twenty_functions_fit_a_screen() {
    let svg = drawn(DRAWINGS[0].1, "svg");
    let picture = Document::parse(&svg).unwrap();
    let (wide, high) = (number(picture.root_element(), "width"), number(picture.root_element(), "height"));
    assert!(wide <= 1_400.0 && high <= 1_000.0, "{wide} x {high}");
    let names = picture.descendants().filter(|node| node.attribute("class") == Some("eg-name"));
    let names: Vec<&str> = names.filter_map(|node| node.text()).collect();
    let scenario = std::fs::read_to_string("tests/fixtures/scenarios/twenty.toml").unwrap();
    let scenario: toml::Table = scenario.parse().unwrap();
    for function in scenario["function"].as_array().unwrap() {
        assert!(names.contains(&function["name"].as_str().unwrap()), "{function} in {names:?}");
    }
}

/// Whether `text` is a graph of the part of DOT that is written here, with all its quotations closed.
fn is_dot(text: &str) -> bool {
    let mut bare = String::new();
    let mut quoted = false;
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' if quoted => {
                letters.next();
            }
            '"' => quoted = !quoted,
            '\n' if quoted => return false,
            _ if quoted => {}
            c => bare.push(c),
        }
    }
    let node = |word: &str| word.strip_prefix('n').is_some_and(|digits| digits.parse::<usize>().is_ok());
    let statement = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["digraph", "eniplan", "{"] | ["}"] | ["node" | "subgraph", ..] => true,
            [from, "->", to, ..] => node(from) && node(to),
            [first, ..] => node(first) || first.contains('='),
            [] => false,
        }
    };
    !quoted && bare.lines().all(statement)
}

/// Whether Graphviz takes it; `None` where it is not installed.
fn graphviz_takes(text: &str) -> Option<bool> {
    let mut command = Command::new("dot");
    command.arg("-Tcanon").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut dot = command.spawn().ok()?;
    dot.stdin.take()?.write_all(text.as_bytes()).ok()?;
    Some(dot.wait().ok()?.success())
}

#[test]
#[allow(clippy::print_stdout)]
fn graphviz_reads_the_dot() {
    for (name, words) in DRAWINGS {
        let text = drawn(words, "dot");
        assert!(is_dot(&text), "{name}:\n{text}");
        match graphviz_takes(&text) {
            Some(taken) => assert!(taken, "{name}:\n{text}"),
            None => println!("skipped: Graphviz is not here"),
        }
    }
}

#[test]
fn hostile_names_stay_text_in_every_format() {
    let folder = crate::cli::folder("graph-hostile");
    let names = [
        "<img src=x onerror=alert(1)>",
        "\\\"]; evil [label=\\\"",
        "\\u001b[31mred\\u001b[0m",
        "]]></style><script>alert(1)</script>",
        "&lt;\\\\N\\\\n",
        "\\uFFFF\\uFFFE\\u202E",
        "漢字漢字漢字漢字漢字漢字",
    ];
    let mut text = String::from("[[subnet]]\nname = \"<b>&amp;\\\"\"\ncidr = \"10.0.0.0/24\"\n");
    for (index, name) in names.iter().enumerate() {
        let function = format!("[[function]]\nname = \"{name}\"\nsecurity_groups = [\"{name}{index}\"]\n");
        text.push_str(&function);
    }
    let scenario = folder.join("scenario.toml");
    std::fs::write(&scenario, text).unwrap();
    let words = format!("graph --scenario {}", scenario.display());
    let svg = drawn(&words, "svg");
    legible("hostile", &svg);
    let picture = Document::parse(&svg).unwrap();
    for tag in ["img", "script", "b"] {
        assert!(!picture.descendants().any(|node| node.has_tag_name(tag)), "{tag}");
    }
    assert_eq!(picture.descendants().filter(|node| node.has_tag_name("style")).count(), 1);
    let shown = picture.descendants().filter_map(|node| node.text());
    assert!(shown.into_iter().any(|text| text == "<img src=x onerror=alert(1)>"), "{svg}");
    let dot = drawn(&words, "dot");
    assert!(is_dot(&dot), "{dot}");
    assert_ne!(graphviz_takes(&dot), Some(false), "{dot}");
    for text in [svg, dot, drawn(&words, "text")] {
        assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    }
}

#[test]
fn the_end_of_the_file_name_says_how_to_draw() {
    let folder = crate::cli::folder("graph-files");
    for (file, begins) in [("a.svg", "<svg "), ("a.DOT", "digraph "), ("a.txt", "The cold path")] {
        let path = folder.join(file);
        let path = path.to_str().unwrap();
        let said = run(&["graph", "--of", "cold-path", "-o", path]);
        assert_eq!((said.code, said.out.as_str()), (0, ""), "{file}");
        assert!(std::fs::read_to_string(path).unwrap().starts_with(begins), "{file}");
    }
}

#[test]
fn nothing_to_draw_is_told() {
    for words in ["graph", "graph --of worst-case", "graph --of worst-case --scenario scenario.toml"] {
        let said = run(&words.split(' ').collect::<Vec<_>>());
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{words}");
        assert!(said.err.starts_with("E401: "), "{words}: {}", said.err);
    }
}
