//! Example: a folder to try, kept in the program: traffic, a scenario where it has one, and the
//! commands to run, which stand in its README.
//!
//! One folder in `data/examples/` and one line in [`ALL`] each.

mod registry;

pub use registry::{ALL, named};

/// A folder to try.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Its name, and that of its folder.
    pub name: &'static str,
    /// What it tells: Markdown, its title the question it answers, its indented lines its commands.
    pub readme: &'static str,
    /// Its other files, each with its name.
    pub files: &'static [(&'static str, &'static str)],
}

/// A command of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleCommand {
    /// As it is written.
    pub line: &'static str,
    /// Its words after `eniplan`.
    pub words: Vec<String>,
}

impl Example {
    /// The question it answers: the title of its README.
    pub fn question(&self) -> &'static str {
        self.readme.lines().next().unwrap_or("").trim_start_matches('#').trim()
    }

    /// Its commands, in order: the lines of the README that are indented and call eniplan.
    pub fn commands(&self) -> Vec<ExampleCommand> {
        let calls = self.readme.lines().filter_map(|line| line.strip_prefix("    "));
        calls
            .filter_map(|line| {
                line.strip_prefix("eniplan ").map(|rest| ExampleCommand { line, words: words(rest) })
            })
            .collect()
    }

    /// All its files, the README first.
    pub fn all_files(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        std::iter::once(("README.md", self.readme)).chain(self.files.iter().copied())
    }
}

/// The words of a command, parted by blanks outside quotes, as a shell parts them.
fn words(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => all.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    all.extend(word);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_as_a_shell_parts_them() {
        assert_eq!(words("a  'b c'd \"\" --x=\"y z\""), ["a", "b cd", "", "--x=y z"]);
    }

    #[test]
    fn every_example_asks_a_question_and_has_commands_and_the_files_they_name() {
        for example in ALL {
            assert!(example.question().ends_with('?'), "{}", example.name);
            let commands = example.commands();
            assert!(!commands.is_empty(), "{}", example.name);
            for (file, text) in example.files {
                let read = |command: &ExampleCommand| command.line.contains(file);
                assert!(commands.iter().any(read), "{}: nothing reads {file}", example.name);
                assert!(text.len() < 64 << 10, "{}: {file} is too large to carry about", example.name);
            }
        }
    }
}
