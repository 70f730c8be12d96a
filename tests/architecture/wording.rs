//! Plain words in the sources: no riddles in comments, no decision by the wording of a message.

use std::path::Path;

use syn::visit::{self, Visit};

/// A comment that begins like this does not name its thing.
const RIDDLES: [&str; 5] = ["What ", "Whatever ", "Whoever ", "Somebody ", "Nobody "];

/// Methods that look into a text.
const LOOKS: [&str; 6] = ["starts_with", "ends_with", "contains", "strip_prefix", "strip_suffix", "find"];

/// Names of texts for people.
const MESSAGES: [&str; 6] = ["why", "reason", "note", "message", "hint", "error"];

/// Files that parse the messages of other programs: there the text is the only interface.
const PARSERS: [&str; 3] = ["config/mod.rs", "fix/message.rs", "tree/repository.rs"];

/// The complaints about comments of one file.
pub fn riddles(file: &Path, text: &str) -> Vec<String> {
    let begins = |line: &str| {
        let comment = ["/// ", "//! ", "// "].iter().find_map(|mark| line.trim_start().strip_prefix(mark));
        comment.is_some_and(|comment| RIDDLES.iter().any(|riddle| comment.starts_with(riddle)))
    };
    let mut before = "";
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // A sentence that goes on from the line before may well continue with one of the words.
        let continues = before.trim_start().starts_with("//") && !before.trim_end().ends_with(['.', ':', '/', '!']);
        if begins(line) && !continues {
            found.push(format!("src/{}:{}: {}", file.display(), number + 1, line.trim()));
        }
        before = line;
    }
    found
}

/// The complaints about decisions by wording in one file.
pub fn decisions(file: &Path, text: &str) -> Vec<String> {
    if PARSERS.iter().any(|parser| file.ends_with(parser)) || file.ends_with("tests.rs") {
        return Vec::new();
    }
    let mut reader = LookReader { found: Vec::new() };
    reader.visit_file(&syn::parse_file(text).expect("Rust"));
    reader.found.iter().map(|(line, call)| format!("src/{}:{line}: {call}", file.display())).collect()
}

struct LookReader {
    found: Vec<(usize, String)>,
}

/// The name of the last field or variable that a method is called on.
fn receiver(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        syn::Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(name.to_string()),
            syn::Member::Unnamed(_) => None,
        },
        syn::Expr::MethodCall(call) => receiver(&call.receiver),
        syn::Expr::Try(inner) => receiver(&inner.expr),
        syn::Expr::Paren(inner) => receiver(&inner.expr),
        syn::Expr::Reference(inner) => receiver(&inner.expr),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for LookReader {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let method = call.method.to_string();
        let is_on_message = receiver(&call.receiver).is_some_and(|name| MESSAGES.contains(&name.as_str()));
        if LOOKS.contains(&method.as_str()) && is_on_message {
            self.found.push((call.method.span().start().line, format!("decides by the words of a message ({method})")));
        }
        visit::visit_expr_method_call(self, call);
    }
}
