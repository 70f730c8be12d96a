//! The answering side: open files, the last look at their packages, and the messages that ask about them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

use lsp_server::{ErrorCode, Message, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Notification,
    PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{CodeActionRequest, HoverRequest, Request};
use lsp_types::{Diagnostic, MessageType, PublishDiagnosticsParams, ShowMessageParams, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer::{Document, Look};
use super::spot;
use crate::cli::Output;
use crate::cli::what::{What, configuration, request_by};
use crate::engine::Watch;
use crate::text::{RelPath, one_line};

/// Number of the latest look, and the requests without an answer. Shared by both threads.
#[derive(Default)]
pub(super) struct Turn {
    latest: AtomicU64,
    running: Mutex<Option<Watch>>,
    /// Requests without an answer: true for one that the editor cancelled.
    open: Mutex<BTreeMap<String, bool>>,
}

impl Turn {
    /// The number of a new look; a running one ends.
    pub(super) fn next(&self) -> u64 {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.latest.fetch_add(1, Ordering::SeqCst) + 1;
        running.iter().for_each(Watch::end);
        number
    }

    /// The number of the latest look.
    pub(super) fn now(&self) -> u64 {
        self.latest.load(Ordering::SeqCst)
    }

    /// Notes that the editor waits for the answer to the request `id`.
    pub(super) fn await_answer(&self, id: &RequestId) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(key(id), false);
    }

    /// Notes that nobody waits for the request in `params` any more; one that is answered by then is left alone.
    pub(super) fn cancel(&self, params: &Value) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.entry(params["id"].to_string()).and_modify(|is_cancelled| *is_cancelled = true);
    }

    /// Closes the request `id`; true where it was cancelled.
    fn close(&self, id: &RequestId) -> bool {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(id)) == Some(true)
    }

    /// A watch for the look `number`; `None` where a later one was asked for.
    fn begin(&self, number: u64) -> Option<Watch> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if self.now() != number {
            return None;
        }
        Some(running.insert(Watch::new(false)).clone())
    }
}

/// The answering side.
pub(super) struct Desk<'a> {
    what: &'a What,
    output: &'a Output,
    tree: PathBuf,
    turn: &'a Turn,
    post: Box<dyn Fn(Message) + Send + 'a>,
    open: BTreeMap<RelPath, Document>,
    look: Option<Look>,
}

impl<'a> Desk<'a> {
    /// The answers about `tree`; messages go out through `post`.
    pub(super) fn new(
        what: &'a What,
        output: &'a Output,
        tree: PathBuf,
        turn: &'a Turn,
        post: Box<dyn Fn(Message) + Send + 'a>,
    ) -> Desk<'a> {
        let tree = tree.canonicalize().unwrap_or(tree);
        Desk { what, output, tree, turn, post, open: BTreeMap::new(), look: None }
    }

    /// Answers the messages of `queue`, each with the number of the look that is the latest by then.
    pub(super) fn work(&mut self, queue: &mpsc::Receiver<(Message, u64)>) {
        for (message, number) in queue {
            match message {
                Message::Request(request) => self.answer(request),
                Message::Notification(note) => self.hear(&note.method, note.params, number),
                Message::Response(_) => {}
            }
        }
    }

    fn hear(&mut self, method: &str, params: Value, number: u64) {
        match method {
            DidOpenTextDocument::METHOD => {
                let Some(opened) = read::<lsp_types::DidOpenTextDocumentParams>(params) else { return };
                let lsp_types::TextDocumentItem { uri, version, text, .. } = opened.text_document;
                let Some(file) = self.file(&uri) else { return };
                self.open.insert(file, Document { uri, version, text });
                self.look(number);
            }
            DidChangeTextDocument::METHOD => {
                let Some(changed) = read::<lsp_types::DidChangeTextDocumentParams>(params) else { return };
                let Some(document) = self.document(&changed.text_document.uri) else { return };
                document.version = changed.text_document.version;
                document.text = changed.content_changes.into_iter().last().map(|last| last.text).unwrap_or_default();
            }
            DidSaveTextDocument::METHOD => self.look(number),
            DidCloseTextDocument::METHOD => {
                let Some(closed) = read::<lsp_types::DidCloseTextDocumentParams>(params) else { return };
                let Some(file) = self.file(&closed.text_document.uri) else { return };
                self.open.remove(&file);
                self.publish(closed.text_document.uri, None, Vec::new());
            }
            _ => {}
        }
    }

    /// The file of the tree that `uri` names, if it is one.
    fn file(&self, uri: &Uri) -> Option<RelPath> {
        let path = spot::path(uri)?;
        let path = path.canonicalize().unwrap_or(path);
        let root = if self.tree.is_file() { self.tree.parent()? } else { &self.tree };
        RelPath::below(root, &path)
    }

    fn document(&mut self, uri: &Uri) -> Option<&mut Document> {
        let file = self.file(uri)?;
        self.open.get_mut(&file)
    }

    /// Looks at the packages of all open files, and publishes the findings; nothing where a later look was asked for.
    fn look(&mut self, number: u64) {
        let Some(watch) = self.turn.begin(number) else { return };
        match self.looked(&watch) {
            _ if watch.is_ended() => {}
            Ok(look) => {
                for (file, document) in &self.open {
                    self.publish(document.uri.clone(), Some(document.version), look.diagnostics(file, self.output));
                }
                self.look = Some(look);
            }
            Err(error) => self.complain(&format!("clarity: {error:#}")),
        }
    }

    fn looked(&self, watch: &Watch) -> anyhow::Result<Look> {
        let what = self.what;
        let config = configuration(&self.tree, what, None)?;
        let request = request_by(&self.tree, what, &what.attr, &config)?;
        Ok(Look::at(&request, watch, self.open.keys().cloned().collect())?)
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        self.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, version, diagnostics });
    }

    fn complain(&self, message: &str) {
        let message = one_line(message);
        self.notify::<ShowMessage>(ShowMessageParams { typ: MessageType::ERROR, message });
    }

    fn notify<N: Notification>(&self, params: N::Params)
    where
        N::Params: serde::Serialize,
    {
        (self.post)(Message::Notification(lsp_server::Notification::new(N::METHOD.to_owned(), params)));
    }

    fn answer(&self, request: lsp_server::Request) {
        let id = request.id.clone();
        let answer = match request.method.as_str() {
            _ if self.turn.close(&id) => {
                Response::new_err(id, ErrorCode::RequestCanceled as i32, "cancelled".to_owned())
            }
            HoverRequest::METHOD => Response::new_ok(id, read(request.params).and_then(|params| self.hover(&params))),
            CodeActionRequest::METHOD => {
                Response::new_ok(id, read(request.params).and_then(|params| self.actions(&params)))
            }
            other => Response::new_err(id, ErrorCode::MethodNotFound as i32, one_line(&format!("no method {other}"))),
        };
        (self.post)(Message::Response(answer));
    }

    fn hover(&self, params: &lsp_types::HoverParams) -> Option<lsp_types::Hover> {
        let at = &params.text_document_position_params;
        let file = self.file(&at.text_document.uri)?;
        let document = self.open.get(&file)?;
        self.look.as_ref()?.hover(&file, document, at.position)
    }

    fn actions(&self, params: &lsp_types::CodeActionParams) -> Option<Vec<lsp_types::CodeAction>> {
        let file = self.file(&params.text_document.uri)?;
        let document = self.open.get(&file)?;
        let look = self.look.as_ref()?;
        Some(look.actions(&file, document, params.range, self.output))
    }
}

/// A request's id as the editor writes it.
fn key(id: &RequestId) -> String {
    serde_json::to_string(id).unwrap_or_default()
}

/// The parameters of a message; `None` where they are none of its method.
fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_request_is_kept_once_it_is_answered() {
        let turn = Turn::default();
        let [first, second] = [RequestId::from(1), RequestId::from("two".to_owned())];
        turn.await_answer(&first);
        turn.await_answer(&second);
        turn.cancel(&json!({ "id": "two" }));
        assert!(!turn.close(&first));
        assert!(turn.close(&second));
        turn.cancel(&json!({ "id": 1 }));
        turn.cancel(&json!({ "id": "never sent" }));
        assert!(turn.open.lock().unwrap_or_else(PoisonError::into_inner).is_empty());
    }
}
