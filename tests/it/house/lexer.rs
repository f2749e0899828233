//! Rust source as words and signs: no comments, no strings, no lifetimes, and nothing marked `#[cfg(test)]`.

/// A word, number or sign; `::` is one sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub text: String,
    /// From 1.
    pub line: usize,
}

impl Token {
    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The tokens outside tests.
pub(super) fn lex(source: &str) -> Vec<Token> {
    without_tests(&lex_all(source))
}

/// All tokens.
pub(super) fn lex_all(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: source, line: 1, tokens: Vec::new() };
    while let Some(c) = lexer.rest.chars().next() {
        lexer.step(c);
    }
    lexer.tokens
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self, c: char) {
        let rest = self.rest;
        if rest.starts_with("//") {
            self.skip(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.skip(rest.find("*/").map_or(rest.len(), |at| at + 2));
        } else if let Some(length) = raw_string(rest) {
            self.skip(length);
        } else if c == '"' || rest.starts_with("b\"") {
            self.skip(string(rest));
        } else if c == '\'' {
            self.skip(character_or_lifetime(rest));
        } else if c.is_alphanumeric() || c == '_' {
            self.push(rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()));
        } else if rest.starts_with("::") {
            self.push(2);
        } else if c.is_whitespace() {
            self.skip(c.len_utf8());
        } else {
            self.push(c.len_utf8());
        }
    }

    fn push(&mut self, length: usize) {
        self.tokens.push(Token { text: self.rest[..length].to_owned(), line: self.line });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        self.line += self.rest[..length].matches('\n').count();
        self.rest = &self.rest[length..];
    }
}

/// The length of `r"..."`, `r#"..."#` or `br"..."` at the start.
fn raw_string(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('b').unwrap_or(text).strip_prefix('r')?;
    let hashes = inner.len() - inner.trim_start_matches('#').len();
    let body = inner[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let before = text.len() - body.len();
    Some(body.find(&end).map_or(text.len(), |at| before + at + end.len()))
}

/// The length of the string at the start.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let first = text.find('"').unwrap_or(0) + 1;
    for (at, c) in text[first..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return first + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `'x'`, `'\n'` or `'lifetime` at the start.
fn character_or_lifetime(text: &str) -> usize {
    let inner = &text[1..];
    if let Some(escape) = inner.strip_prefix('\\') {
        // What is escaped may itself be a quote.
        let skipped = escape.chars().next().map_or(0, char::len_utf8);
        return escape[skipped..].find('\'').map_or(text.len(), |at| 2 + skipped + at + 1);
    }
    let first = inner.chars().next().map_or(0, char::len_utf8);
    if inner[first..].starts_with('\'') {
        return 1 + first + 1;
    }
    1 + inner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inner.len())
}

const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let here = &tokens[at..];
        if here.len() > MARK.len() && here.iter().zip(MARK).all(|(token, text)| token.text == text) {
            at = end_of_item(tokens, at + MARK.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Behind the item that begins here, attributes before it included.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    let ends_with_semicolon =
        tokens[at..].iter().find(|token| token.is_word()).is_some_and(|token| token.text == "use");
    let mut depth = 0_usize;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth -= 1;
                if depth == 0 && tokens[at].text == "}" && !ends_with_semicolon {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

#[test]
fn only_code_outside_tests_is_left() {
    let source = r##"
        // it
        use a::{b, c}; /* it */ fn f<'a>(x: &'a str) -> char { "it \" it"; r#"it " it"#; b"it"; '\''; 'i' }
        #[cfg(test)]
        use x::{it};
        #[cfg(test)]
        #[allow(it)]
        mod tests { fn it() {} }
        #[cfg(test)]
        mod it;
        struct Last;
    "##;
    let found: Vec<String> = lex(source).into_iter().map(|token| token.text).collect();
    let target_of = "use a :: { b , c } ; fn f < > ( x : & str ) - > char { ; ; ; ; } struct Last ;";
    assert_eq!(found.join(" "), target_of);
    assert_eq!(lex(source).last().unwrap().line, 11);
}
