//! Raising by a command of the operator's, a folder at a time.
//!
//! There is no shell in between. Folder names are chosen by users: one that would be read as an option
//! is not handed over.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::{DoveadmError, Target, words};
use crate::config::RaiseCommand;
use crate::ids::Address;

/// For one folder.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(super) async fn raise(
    command: &RaiseCommand,
    user: &Address,
    targets: &[Target],
) -> Result<(), DoveadmError> {
    for target in targets {
        raise_one(command, user, target).await?;
    }
    Ok(())
}

async fn raise_one(
    command: &RaiseCommand,
    user: &Address,
    target: &Target,
) -> Result<(), DoveadmError> {
    let refused = |why: String| DoveadmError::Refused {
        folder: target.folder.clone(),
        why,
    };
    let is_option = |text: &str| text.starts_with('-');
    if is_option(&target.folder) || is_option(user.as_str()) || target.folder.contains('\0') {
        return Err(refused(
            "a name that begins with \"-\" is not handed to a command; use doveadm's HTTP API"
                .into(),
        ));
    }
    let uid = target.uid_next.to_string();
    let running = Command::new(command.program())
        .args(command.arguments(user.as_str(), &target.folder, &uid))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(TIMEOUT, running)
        .await
        .map_err(|_| DoveadmError::Timeout(TIMEOUT))?
        .map_err(|error| DoveadmError::Start {
            program: command.program().to_owned(),
            why: error.to_string(),
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = words(&String::from_utf8_lossy(&output.stderr));
    Err(refused(format!("{}: {said}", output.status)))
}
