//! Access log: a web server's log in the common or combined format, one request a line.
//!
//! `host ident user [02/Mar/2026:10:00:00 +0000] "GET /cart HTTP/1.1" 200 2326`,
//! with referrer and agent behind it in the combined format. A line's time is
//! taken as the arrival; its second is all that is known of it.

use jiff::fmt::strtime;

use crate::content::{Beginning, Content};
use crate::field::Field;
use crate::format::TraceFormat;
use crate::functions::UNNAMED;
use crate::gives::Gives;
use crate::reading::Reading;
use eniplan_core::diagnostic::Diagnostic;

/// Lines of a web server.
pub(super) struct AccessLog;

const HELP: &str =
    "the format of a line is `host ident user [02/Mar/2026:10:00:00 +0000] \"GET /path HTTP/1.1\" 200 12`";

impl TraceFormat for AccessLog {
    fn name(&self) -> &'static str {
        "access-log"
    }

    fn summary(&self) -> &'static str {
        "access log of a web server, common or combined; one function, or one per route with `--routes`"
    }

    fn header(&self) -> &'static str {
        r#"192.0.2.7 - - [02/Mar/2026:10:00:00 +0000] "GET /cart HTTP/1.1" 200 2326"#
    }

    fn gives(&self) -> Gives {
        Gives::LOG
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        let first = beginning.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        beginning.table.is_some() && parts(first).is_some_and(|parts| instant(parts.time).is_some())
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let file = content.file();
        content.each_line(reading, |number, text, reading| {
            if text.trim().is_empty() {
                return;
            }
            if let Err(problem) = read(AccessLine { file, number, text }, reading) {
                reading.problem(problem);
            }
        });
    }
}

#[derive(Clone, Copy)]
struct AccessLine<'t> {
    file: &'t str,
    number: u64,
    text: &'t str,
}

impl<'t> AccessLine<'t> {
    /// `part` of the line as a field; its number is that of its first character.
    fn field(self, part: &'t str, name: &'t str) -> Field<'t> {
        let at = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..at).map_or(0, |before| before.chars().count());
        Field { text: part, file: self.file, line: self.number, number: before as u64 + 1, name }
    }
}

#[derive(Clone, Copy)]
struct RequestParts<'t> {
    time: &'t str,
    request: &'t str,
}

/// The time in brackets and the request in quotes.
fn parts(line: &str) -> Option<RequestParts<'_>> {
    let (_, rest) = line.split_once('[')?;
    let (time, rest) = rest.split_once(']')?;
    let rest = rest.trim_start().strip_prefix('"')?;
    // A quote inside the request is escaped.
    let mut escaped = false;
    let end = rest.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })?;
    Some(RequestParts { time, request: rest.get(..end)? })
}

fn read(line: AccessLine<'_>, reading: &mut Reading<'_>) -> Result<(), Diagnostic> {
    let Some(parts) = parts(line.text) else {
        return Err(line.field(line.text, "line").bad("not a request", HELP));
    };
    let time = line.field(parts.time, "time");
    let Some(instant) = instant(parts.time) else {
        return Err(time.bad("not a time", HELP));
    };
    let route = if reading.options().routes { route(parts.request) } else { UNNAMED.to_owned() };
    let function = reading.function(&route);
    if let Some(start) = reading.start(&Field { text: &instant, ..time }, 0) {
        reading.call(start, function, None);
    }
    Ok(())
}

/// `02/Mar/2026:10:00:00 +0000` as RFC 3339.
fn instant(text: &str) -> Option<String> {
    let at = strtime::parse("%d/%b/%Y:%H:%M:%S %z", text).ok()?;
    Some(at.to_timestamp().ok()?.to_string())
}

/// The method and the first segment of the path of `GET /cart/17?x=1 HTTP/1.1`: `GET /cart`.
fn route(request: &str) -> String {
    let mut words = request.split_whitespace();
    let (method, path) = (words.next().unwrap_or("-"), words.next().unwrap_or("/"));
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let short: String = format!("{method} /{first}").chars().take(200).collect();
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_a_time_and_a_route() {
        let line = r#"::1 - bob [10/Oct/2000:13:55:36 -0700] "GET /a\"b/2?c HTTP/1.0" 200 2326 "-" "x]y""#;
        let found = parts(line).unwrap();
        assert_eq!(instant(found.time).as_deref(), Some("2000-10-10T20:55:36Z"));
        assert_eq!(route(found.request), "GET /a\\\"b");
        assert_eq!([route("GET / HTTP/1.1"), route("-"), route("")], ["GET /", "- /", "- /"]);
        assert!(parts("time,value").is_none() && instant("10/Okt/2000:13:55:36 -0700").is_none());
    }
}
