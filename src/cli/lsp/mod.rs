//! `clarity lsp`: findings, safe fixes and evidence in an editor, over stdin and stdout.
//!
//! One thread receives messages; a second one answers them in their order, so that an answer is always about the last
//! look that was asked for before it. A look that a later one makes needless is ended. The engine, the configuration and
//! the limits are those of `clarity scan`: nothing is fetched unless a trusted configuration or an option says so.

mod answer;
mod desk;
mod spot;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, bail};
use lsp_server::{Connection, Message};
use lsp_types::notification::{Cancel, DidOpenTextDocument, DidSaveTextDocument, Notification};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, HoverProviderCapability, InitializeParams,
    ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions,
};
use serde_json::json;

use super::names::TreeArg;
use super::what::What;
use super::{FOUND, Output};
use desk::{Desk, Turn};

/// Serve an editor: findings, safe fixes, evidence on hover.
///
/// Speaks the language server protocol on stdin and stdout. `clarity docs editor` has the settings of Neovim, Helix and
/// VS Code.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    what: What,
}

/// Runs the subcommand: 0 where the editor ended it, 1 where the editor went away.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    if args.what.attr.iter().any(|name| name == "-") {
        bail!("--attr -: stdin belongs to the editor here; name the attributes");
    }
    let (connection, threads) = Connection::stdio();
    let tree = greeted(&connection, args)?;
    let is_ended = serve(&connection, args, output, tree)?;
    drop(connection);
    threads.join().context("the connection to the editor ended")?;
    Ok(if is_ended { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// Exchanges greetings, and tells the tree: that of the arguments, else the folder of the editor.
fn greeted(connection: &Connection, args: &Args) -> anyhow::Result<PathBuf> {
    let (id, params) = connection.initialize_start()?;
    let params: InitializeParams = serde_json::from_value(params).context("the greeting of the editor")?;
    let about = json!({
        "capabilities": capabilities(),
        "serverInfo": { "name": "clarity", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, about)?;
    let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
    let folder = folders.chain(root(&params)).find_map(spot::path);
    Ok(args.tree.given().or(folder).unwrap_or_else(|| args.tree.path()))
}

#[expect(deprecated, reason = "editors without workspace folders send this one")]
fn root(params: &InitializeParams) -> Option<&lsp_types::Uri> {
    params.root_uri.as_ref()
}

fn capabilities() -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::FULL),
        save: Some(TextDocumentSyncSaveOptions::Supported(true)),
        ..TextDocumentSyncOptions::default()
    };
    let actions =
        CodeActionOptions { code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]), ..CodeActionOptions::default() };
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        ..ServerCapabilities::default()
    }
}

/// Receives messages until the editor ends the conversation; false where it went away without a word.
fn serve(connection: &Connection, args: &Args, output: &Output, tree: PathBuf) -> anyhow::Result<bool> {
    let turn = Turn::default();
    thread::scope(|threads| {
        let (jobs, queue) = mpsc::channel();
        let sender = connection.sender.clone();
        // There is nobody to tell where the editor has gone.
        let post = Box::new(move |message| drop(sender.send(message)));
        let mut desk = Desk::new(&args.what, output, tree, &turn, post);
        let worker = thread::Builder::new().name("answers".to_owned());
        worker.spawn_scoped(threads, move || desk.work(&queue)).context("no thread for the answers")?;
        let mut is_ended = false;
        for message in &connection.receiver {
            match &message {
                Message::Request(request) if connection.handle_shutdown(request)? => {
                    is_ended = true;
                    break;
                }
                Message::Notification(note) if note.method == Cancel::METHOD => turn.cancel(&note.params),
                Message::Notification(note) if asks_for_a_look(&note.method) => drop(jobs.send((message, turn.next()))),
                _ => {
                    if let Message::Request(request) = &message {
                        turn.await_answer(&request.id);
                    }
                    drop(jobs.send((message, turn.now())));
                }
            }
        }
        turn.next();
        Ok(is_ended)
    })
}

fn asks_for_a_look(method: &str) -> bool {
    method == DidOpenTextDocument::METHOD || method == DidSaveTextDocument::METHOD
}
