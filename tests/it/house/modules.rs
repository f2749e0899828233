//! The module tree of the workspace's crates, and the file that defines what a path names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::lexer::{Token, lex};

/// A crate's name and the file it begins with.
pub(super) const CRATES: &[(&str, &str)] = &[
    ("eniplan_core", "crates/eniplan-core/src/lib.rs"),
    ("eniplan_import", "crates/eniplan-import/src/lib.rs"),
    ("eniplan", "src/lib.rs"),
    ("main", "src/main.rs"),
];

/// What ends a search through re-exports that go round.
const DEEPEST: usize = 16;

/// A module: a file's own, or one in braces within a file.
#[derive(Default)]
pub(super) struct Module {
    pub file: PathBuf,
    krate: usize,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    /// Names that items are defined under.
    defined: BTreeSet<String>,
    /// Of these the structs, enums, traits and aliases.
    pub types: Vec<String>,
    pub imports: Vec<Import>,
    globs: Vec<Vec<String>>,
    /// Paths of two words or more, outside `use`.
    pub paths: Vec<Vec<String>>,
    /// All words outside `use`.
    pub words: BTreeSet<String>,
}

/// One name of a `use`.
pub(super) struct Import {
    pub name: String,
    pub path: Vec<String>,
    pub public: bool,
}

/// What a path names.
#[derive(Clone, Copy)]
enum Named {
    Module(usize),
    /// An item that this module defines.
    Item(usize),
}

pub(super) struct Workspace {
    pub modules: Vec<Module>,
    roots: Vec<(String, usize)>,
}

impl Workspace {
    /// The module trees of these crates; `read` gives the text of a file that is there.
    pub(super) fn read(crates: &[(&str, &str)], read: &dyn Fn(&Path) -> Option<String>) -> Self {
        let mut workspace = Self { modules: Vec::new(), roots: Vec::new() };
        for &(name, file) in crates {
            let root = workspace.modules.len();
            workspace.roots.push((name.to_owned(), root));
            let folder = Path::new(file).parent().unwrap().to_owned();
            let module = Module { file: file.into(), krate: root, ..Module::default() };
            workspace.add_file(module, &folder, read);
        }
        workspace
    }

    /// The workspace that this test belongs to.
    pub(super) fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::read(CRATES, &|path| std::fs::read_to_string(root.join(path)).ok())
    }

    fn add_file(&mut self, module: Module, folder: &Path, read: &dyn Fn(&Path) -> Option<String>) -> usize {
        let text = read(&module.file).unwrap_or_else(|| panic!("{} is not there", module.file.display()));
        let id = self.modules.len();
        self.modules.push(module);
        let mut parser = Parser { tokens: &lex(&text), at: 0, workspace: self, folder, read };
        parser.parse_items(id);
        id
    }

    /// The file that defines what `path` names in this module, if it is one of the workspace's.
    pub(super) fn defining_file(&self, module: usize, path: &[String]) -> Option<&Path> {
        match self.resolve(module, path, true, 0)? {
            Named::Item(module) => Some(&self.modules[module].file),
            Named::Module(_) => None,
        }
    }

    /// The files whose names this module takes by `*`, each with one of the names.
    pub(super) fn glob_uses(&self, module: usize) -> Vec<(&Path, String)> {
        let own = &self.modules[module];
        let targets = own.globs.iter().filter_map(|glob| self.resolve(module, glob, false, 0));
        let mut found = Vec::new();
        for target in targets {
            for word in own.words.iter().filter(|word| !own.defined.contains(*word)) {
                let path = std::slice::from_ref(word);
                if let Named::Module(target) = target
                    && let Some(Named::Item(definer)) = self.walk(target, path, true, 0)
                {
                    found.push((self.modules[definer].file.as_path(), word.clone()));
                }
            }
        }
        found
    }

    fn resolve(&self, module: usize, path: &[String], globs: bool, depth: usize) -> Option<Named> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.walk(self.modules[module].krate, rest, globs, depth),
            "self" => self.walk(module, rest, globs, depth),
            "super" => {
                let parent = self.modules[module].parent?;
                if rest.first().is_some_and(|next| next == "super") {
                    return self.resolve(parent, rest, globs, depth);
                }
                self.walk(parent, rest, globs, depth)
            }
            name => self.walk(module, path, globs, depth).or_else(|| {
                let (_, root) = self.roots.iter().find(|(krate, _)| krate == name)?;
                self.walk(*root, rest, globs, depth)
            }),
        }
    }

    /// What `path` names as seen from within a module.
    fn walk(&self, module: usize, path: &[String], globs: bool, depth: usize) -> Option<Named> {
        let Some((name, rest)) = path.split_first() else { return Some(Named::Module(module)) };
        if depth > DEEPEST {
            return None;
        }
        let own = &self.modules[module];
        let child = own.children.get(name);
        // `Type::new` is defined where the type is; of a module and an item of one name, the longer path means the module.
        if own.defined.contains(name) && (rest.is_empty() || child.is_none()) {
            return Some(Named::Item(module));
        }
        if let Some(child) = child
            && !rest.is_empty()
        {
            return self.walk(*child, rest, globs, depth + 1);
        }
        let imports = own.imports.iter().filter(|import| import.name == *name);
        let imported = imports.filter_map(|import| {
            // `use a::a;` is not about itself.
            let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
            self.resolve(module, &path, globs, depth + 1)
        });
        let found: Vec<Named> = imported.collect();
        let item = found.iter().find(|named| matches!(named, Named::Item(_))).or(found.first()).copied();
        item.or_else(|| child.map(|child| Named::Module(*child))).or_else(|| {
            let mut targets = own.globs.iter().filter(|_| globs);
            targets.find_map(|glob| match self.resolve(module, glob, false, depth + 1)? {
                Named::Module(target) if target != module => self.walk(target, path, globs, depth + 1),
                _ => None,
            })
        })
    }
}

/// Reads the items of one file.
struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    workspace: &'a mut Workspace,
    /// Where the files of child modules are.
    folder: &'a Path,
    read: &'a dyn Fn(&Path) -> Option<String>,
}

impl Parser<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }

    /// Everything up to the brace that closes this module, or the end of the file.
    fn parse_items(&mut self, module: usize) {
        let mut depth = 0_usize;
        while self.at < self.tokens.len() {
            match self.text(self.at) {
                "{" => depth += 1,
                "}" if depth == 0 => return,
                "}" => depth -= 1,
                "use" if self.text(self.at + 1) != "<" => {
                    self.parse_use(module);
                    continue;
                }
                "mod" => {
                    self.parse_module(module);
                    continue;
                }
                _ if depth == 0 => self.note_definition(module),
                _ => {}
            }
            self.note_words(module);
            self.at += 1;
        }
    }

    fn note_definition(&mut self, module: usize) {
        let keyword = self.text(self.at);
        let is_type = ["struct", "enum", "trait", "type"].contains(&keyword);
        if !is_type && !["fn", "const", "static"].contains(&keyword) {
            return;
        }
        let name = self.text(self.at + 1).to_owned();
        let own = &mut self.workspace.modules[module];
        if is_type {
            own.types.push(name.clone());
        }
        if name != "fn" {
            own.defined.insert(name);
        }
    }

    fn note_words(&mut self, module: usize) {
        let token = &self.tokens[self.at];
        if !token.is_word() {
            return;
        }
        let mut path = vec![token.text.clone()];
        if self.at == 0 || self.text(self.at - 1) != "::" {
            let mut at = self.at + 1;
            while self.text(at) == "::" && self.tokens.get(at + 1).is_some_and(Token::is_word) {
                path.push(self.text(at + 1).to_owned());
                at += 2;
            }
        }
        let own = &mut self.workspace.modules[module];
        own.words.insert(token.text.clone());
        if path.len() > 1 {
            own.paths.push(path);
        }
    }

    /// `mod name;` reads that file, `mod name { ... }` what is in it.
    fn parse_module(&mut self, parent: usize) {
        let name = self.text(self.at + 1).to_owned();
        let opens = self.text(self.at + 2) == "{";
        self.at += 3;
        let krate = self.workspace.modules[parent].krate;
        let folder = self.folder.join(&name);
        let mut module = Module { krate, parent: Some(parent), ..Module::default() };
        let id = self.workspace.modules.len();
        self.workspace.modules[parent].children.insert(name, id);
        if opens {
            module.file.clone_from(&self.workspace.modules[parent].file);
            self.workspace.modules.push(module);
            self.parse_items(id);
            self.at += 1;
        } else {
            let single = folder.with_extension("rs");
            module.file = if (self.read)(&single).is_some() { single } else { folder.join("mod.rs") };
            self.workspace.add_file(module, &folder, self.read);
        }
    }

    fn parse_use(&mut self, module: usize) {
        let before = self.text(self.at.wrapping_sub(1));
        let public = before == "pub" || before == ")";
        self.at += 1;
        self.parse_tree(module, &[], public);
        self.at += 1;
    }

    /// One `a::b`, `a::{...}`, `a::*` or `a as b`, up to the comma, brace or semicolon behind it.
    fn parse_tree(&mut self, module: usize, prefix: &[String], public: bool) {
        let mut path = prefix.to_vec();
        let mut name = None;
        loop {
            let text = self.text(self.at).to_owned();
            match text.as_str() {
                "," | "}" | ";" | "" => break,
                "{" => {
                    while self.text(self.at) != "}" {
                        self.at += 1;
                        self.parse_tree(module, &path, public);
                    }
                    self.at += 1;
                    return;
                }
                "*" => {
                    self.at += 1;
                    self.workspace.modules[module].globs.push(path);
                    return;
                }
                "as" => {
                    name = Some(self.text(self.at + 1).to_owned());
                    self.at += 1;
                }
                "::" => {}
                "self" if !path.is_empty() => {}
                _ => path.push(text),
            }
            self.at += 1;
        }
        if path.len() > prefix.len() || self.text(self.at - 1) == "self" {
            let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
            self.workspace.modules[module].imports.push(Import { name, path, public });
        }
    }
}

/// A workspace of one crate in memory, for tests of the house tests.
pub(super) fn planted(files: &[(&str, &str)]) -> Workspace {
    let files: BTreeMap<PathBuf, &str> =
        files.iter().map(|(path, text)| (PathBuf::from("src").join(path), *text)).collect();
    Workspace::read(&[("planted", "src/lib.rs")], &|path| files.get(path).map(|text| (*text).to_owned()))
}
