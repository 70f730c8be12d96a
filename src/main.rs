//! The command `clarity`.

use std::process::ExitCode;

fn main() -> ExitCode {
    clarity::cli::run()
}
