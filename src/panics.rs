//! What is told of code that panicked: where, never a panic's text, which may hold a piece of a message.

use std::panic::PanicHookInfo;

use tokio::task::JoinError;

/// From now on a panic is logged by its place alone, like everything else that goes wrong.
pub fn log_places_only() {
    std::panic::set_hook(Box::new(|info| {
        tracing::error!(at = place(info), "code panicked; what it did was cut off");
    }));
}

fn place(info: &PanicHookInfo<'_>) -> String {
    info.location().map_or_else(
        || "unknown".to_owned(),
        |at| format!("{}:{}:{}", at.file(), at.line(), at.column()),
    )
}

/// How a task ended before its time, fit for a log and for a page: a [`JoinError`] itself quotes the panic.
pub const fn how(_: &JoinError) -> &'static str {
    "the work was cut off half-way; the log tells where"
}

#[cfg(test)]
mod tests;
