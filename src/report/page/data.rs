//! Data: JSON inside HTML, which no text in it can leave.

use maud::{Markup, PreEscaped, html};
use serde_json::Value as Json;

/// `value` in a data block of this id: no script, and neither `</script>` nor `<!--` can stand in it.
pub(super) fn block(id: &str, value: &Json) -> Markup {
    html! { script id=(id) type="application/json" { (PreEscaped(escaped(&value.to_string()))) } }
}

/// JSON text in which the letters that mean something to HTML are written as escapes of JSON.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        // They stand inside strings alone, where JSON lets any letter be written so.
        out.push_str(match c {
            '<' => "\\u003c",
            '>' => "\\u003e",
            '&' => "\\u0026",
            '\u{2028}' => "\\u2028",
            '\u{2029}' => "\\u2029",
            c => {
                out.push(c);
                continue;
            }
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        /// Whatever a name holds, the block ends where it should and reads back as it was.
        #[test]
        fn no_text_leaves_the_block(text in "(\\PC|[<>&!/\"\\\\-]|</script>|<!--|\u{2028}){0,12}") {
            let value = json!({ "name": text, text.as_str(): [1, null] });
            let inside = escaped(&value.to_string());
            let left = inside.contains(['<', '>', '&', '\u{2028}']);
            prop_assert!(!left);
            prop_assert_eq!(serde_json::from_str::<Json>(&inside).unwrap(), value);
        }
    }
}
