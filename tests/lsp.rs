//! `clarity lsp` with a scripted editor: the program is started and spoken to as an editor does.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::scan::copied;

const BIRCH: &str = "pkgs/by-name/bi/birch-log/package.nix";

/// An editor with one server.
struct Editor {
    server: Child,
    input: Option<ChildStdin>,
    messages: mpsc::Receiver<Value>,
    requests: i64,
    root: PathBuf,
    _cache: tempfile::TempDir,
}

impl Editor {
    /// An editor that has the folder `root` open, after the greetings.
    fn at(root: &Path, args: &[&str]) -> Editor {
        let cache = tempfile::tempdir().expect("a folder");
        let mut server = Command::new(env!("CARGO_BIN_EXE_clarity"))
            .arg("lsp")
            .args(args)
            .env("CLARITY_CACHE", cache.path())
            .env("XDG_CONFIG_HOME", cache.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let (send, messages) = mpsc::channel();
        let mut output = BufReader::new(server.stdout.take().expect("piped"));
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let input = server.stdin.take();
        let mut editor =
            Editor { server, input, messages, requests: 0, root: root.canonicalize().expect("there"), _cache: cache };
        let folders = json!([{ "uri": editor.uri(""), "name": "tree" }]);
        let about =
            editor.ask("initialize", json!({ "processId": null, "capabilities": {}, "workspaceFolders": folders }));
        assert_eq!(about["capabilities"]["hoverProvider"], true);
        editor.tell("initialized", json!({}));
        editor
    }

    fn uri(&self, file: &str) -> String {
        format!("file://{}", self.root.join(file).to_str().expect("UTF-8").trim_end_matches('/'))
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.input.as_mut().expect("not closed");
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it listens");
        input.flush().expect("it listens");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The answer to a request.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id)["result"].take()
    }

    fn wait(&self, is_meant: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.messages.recv_timeout(Duration::from_secs(100)).expect("a message in time");
            if is_meant(&message) {
                return message;
            }
        }
    }

    /// Opens `file` with the text on disk; returns its diagnostics.
    fn open(&mut self, file: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.root.join(file)).expect("readable");
        let document = json!({ "uri": self.uri(file), "languageId": "nix", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.diagnostics(file)
    }

    /// The text of the buffer becomes `text`.
    fn change(&mut self, file: &str, version: i64, text: &str) {
        let document = json!({ "uri": self.uri(file), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }));
    }

    /// Writes the buffer to disk; returns the diagnostics.
    fn save(&mut self, file: &str, text: &str) -> Vec<Value> {
        fs::write(self.root.join(file), text).expect("writable");
        self.tell("textDocument/didSave", json!({ "textDocument": { "uri": self.uri(file) } }));
        self.diagnostics(file)
    }

    fn diagnostics(&self, file: &str) -> Vec<Value> {
        let uri = self.uri(file);
        let is_meant =
            |message: &Value| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri;
        self.wait(is_meant)["params"]["diagnostics"].as_array().expect("a list").clone()
    }

    fn hover(&mut self, file: &str, line: u32, character: u32) -> Value {
        let uri = self.uri(file);
        let position = json!({ "line": line, "character": character });
        self.ask("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": position }))
    }

    fn actions(&mut self, file: &str, line: u32) -> Vec<Value> {
        let range = json!({ "start": { "line": line, "character": 0 }, "end": { "line": line, "character": 99 } });
        let document = json!({ "uri": self.uri(file) });
        let params = json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } });
        self.ask("textDocument/codeAction", params).as_array().cloned().unwrap_or_default()
    }

    /// Ends the conversation as the protocol asks; returns the exit code.
    fn quit(mut self) -> i32 {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        self.server.wait().expect("it ends").code().expect("not killed")
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.input = None;
        // It has ended by itself, or a test failed.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok().filter(|count| *count > 0)?;
        match line.trim_end() {
            "" => break,
            header => {
                length = header.strip_prefix("Content-Length: ").map_or(length, |text| text.parse().expect("a number"))
            }
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}

/// `text` with the edits of a code action.
fn edited(text: &str, action: &Value) -> String {
    let changes = action["edit"]["documentChanges"].as_array().expect("edits of documents");
    assert_eq!(changes.len(), 1, "{action}");
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for edit in changes[0]["edits"].as_array().expect("edits").iter().rev() {
        let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
        assert_eq!(start["line"], end["line"]);
        let at = |position: &Value| position["character"].as_u64().expect("a number") as usize;
        let line = &mut lines[start["line"].as_u64().expect("a number") as usize];
        line.replace_range(at(start)..at(end), edit["newText"].as_str().expect("text"));
    }
    lines.join("\n")
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|one| one["code"].as_str()).collect()
}

#[test]
fn an_editor_shows_mends_and_explains() {
    let place = copied();
    finding_is_shown_and_mended(&place.path().join("nixpkgs"), &[]);
}

/// Follows a person who opens a file, reads, takes the quick fix and saves, in a server with these arguments.
pub fn finding_is_shown_and_mended(root: &Path, args: &[&str]) {
    let mut editor = Editor::at(root, args);
    let found = editor.open(BIRCH);
    assert_eq!(codes(&found), ["LIC010"]);
    assert_eq!(
        found[0]["range"],
        json!({ "start": { "line": 17, "character": 14 }, "end": { "line": 17, "character": 30 } })
    );
    assert!(found[0]["severity"] == 1 && found[0]["source"] == "clarity", "{}", found[0]);
    assert!(found[0]["message"].as_str().expect("text").contains("help: write `license = lib.licenses.asl20;` (safe)"));

    let hover = editor.hover(BIRCH, 17, 20);
    assert_eq!(hover["contents"]["kind"], "plaintext", "words of a source are no markup");
    let words = hover["contents"]["value"].as_str().expect("text");
    for part in ["birch-log", "declared:  MIT", "concluded: Apache-2.0", "confidence: high", "for: src/lib.rs:1"] {
        assert!(words.contains(part), "{part:?} is missing in:\n{words}");
    }
    assert!(editor.hover(BIRCH, 2, 0).is_null(), "only the license value has one");

    assert!(editor.actions(BIRCH, 3).is_empty(), "only the license value has one");
    let actions = editor.actions(BIRCH, 17);
    assert_eq!(actions.len(), 1);
    assert!(
        actions[0]["kind"] == "quickfix" && codes(actions[0]["diagnostics"].as_array().expect("a list")) == ["LIC010"]
    );
    let before = fs::read_to_string(editor.root.join(BIRCH)).expect("readable");
    let after = edited(&before, &actions[0]);
    assert_eq!(after, before.replace("lib.licenses.mit", "lib.licenses.asl20"));

    editor.change(BIRCH, 2, &after);
    assert!(editor.actions(BIRCH, 17).is_empty(), "edits are for the text that was looked at");
    assert!(editor.save(BIRCH, &after).is_empty());
    assert!(editor.actions(BIRCH, 17).is_empty());
    assert_eq!(editor.quit(), 0);
}

#[test]
fn a_fix_that_is_not_safe_is_no_quick_fix() {
    let place = copied();
    let root = place.path().join("nixpkgs");
    let text = fs::read_to_string(root.join(BIRCH)).expect("readable");
    fs::write(root.join(BIRCH), text.replace("lib.licenses.mit;", "lib.licenses.mit; # by mail")).expect("writable");
    let mut editor = Editor::at(&root, &[]);
    assert_eq!(codes(&editor.open(BIRCH)), ["LIC010"]);
    assert!(editor.actions(BIRCH, 17).is_empty());
}

#[test]
fn open_files_are_looked_at_together_and_closed_ones_not() {
    let place = copied();
    let mut editor = Editor::at(&place.path().join("nixpkgs"), &[]);
    editor.open(BIRCH);
    let other = "pkgs/by-name/am/amber-clock/package.nix";
    assert!(editor.open(other).is_empty(), "a package that agrees");
    let uri = editor.uri(BIRCH);
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    // The look at both files has told its findings before.
    while !editor.diagnostics(BIRCH).is_empty() {}
    assert!(editor.hover(BIRCH, 17, 20).is_null());
    assert!(!editor.hover(other, 0, 0).is_string());
}

#[test]
fn a_tree_cannot_make_the_editor_fetch() {
    let place = copied();
    let root = place.path().join("nixpkgs");
    fs::write(root.join("clarity.toml"), "[fetch]\nenabled = true\n").expect("writable");
    let mut editor = Editor::at(&root, &[]);
    let text = fs::read_to_string(root.join(BIRCH)).expect("readable");
    let document = json!({ "uri": editor.uri(BIRCH), "languageId": "nix", "version": 1, "text": text });
    editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
    let said = editor.wait(|message| message["method"] == "window/showMessage");
    assert!(said["params"]["message"].as_str().expect("text").contains("may not set `enabled`"), "{said}");
    assert!(editor.hover(BIRCH, 17, 20).is_null());
}

#[test]
fn what_is_not_understood_is_answered_and_a_lost_editor_ends_the_server() {
    let place = copied();
    let mut editor = Editor::at(&place.path().join("nixpkgs"), &[]);
    editor.tell("textDocument/didOpen", json!({ "nonsense": 1 }));
    editor.tell(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": "untitled:1", "languageId": "nix", "version": 1, "text": "" } }),
    );
    editor.send(&json!({ "jsonrpc": "2.0", "id": "x", "method": "no/such", "params": {} }));
    assert_eq!(editor.wait(|message| message["id"] == "x")["error"]["code"], -32601);
    assert!(editor.ask("textDocument/hover", json!({ "nonsense": 1 })).is_null());
    editor.input = None;
    assert_eq!(editor.server.wait().expect("it ends").code(), Some(1));
}

/// Names, versions and licenses of a hostile tree, and words of its sources, as the editor would show them.
#[test]
fn nothing_hostile_reaches_the_editor_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let evil = "\\u001b[31mx\\u202e <img src=x onerror=alert(1)> ![a](http://x/y)";
    let evil: String = serde_json::from_str(&format!("\"{evil}\"")).expect("JSON");
    fs::create_dir_all(folder.path().join("src")).expect("writable");
    fs::write(folder.path().join("src/a.c"), format!("// SPDX-License-Identifier: Apache-2.0 {evil}\n"))
        .expect("writable");
    let nix = format!(
        "{{ lib, stdenv }}: stdenv.mkDerivation {{ pname = \"p{evil}\"; version = \"{evil}\"; src = ./src;\n meta.license = lib.licenses.mit; }}\n"
    );
    fs::write(folder.path().join("a.nix"), nix).expect("writable");
    let mut editor = Editor::at(folder.path(), &[]);
    let found = editor.open("a.nix");
    let hover = editor.hover("a.nix", 1, 20);
    let mut shown = String::new();
    found.iter().for_each(|one| shown.push_str(one["message"].as_str().expect("text")));
    shown.push_str(hover["contents"]["value"].as_str().unwrap_or_else(|| panic!("no hover: {hover} {found:?}")));
    assert!(shown.contains("Apache-2.0"), "{shown}");
    let bad = shown.chars().find(|c| *c != '\n' && clarity::text::is_unprintable(*c));
    assert_eq!(bad, None, "{shown:?}");
    assert_eq!(hover["contents"]["kind"], "plaintext");
}
