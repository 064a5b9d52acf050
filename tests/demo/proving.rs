//! The end: a program that knows nothing of Lifeboat looks at Dovecot, and the desktop clients
//! synchronise.

use crate::narrator::{Client, Narrator};
use crate::rig::sabotage::Sabotage;
use crate::rig::wait_until;
use crate::scene::Scene;

/// The mailbox that `DEMO_BREAK` damages.
const VICTIM: &str = "cleo@example.com";

/// Runs the proof and the clients.
pub fn prove(scene: &mut Scene, say: &mut Narrator, sabotage: Option<Sabotage>) {
    scene.ledger.close_dates();
    if let Some(kind) = sabotage {
        say.step("Sabotage, to see that the proof can fail");
        kind.apply(&mut scene.a1, VICTIM);
        say.note(&format!("{kind:?} in {VICTIM}"));
    }
    say.step("Proof, by a program that reads Dovecot alone");
    let verdict = scene
        .proof
        .verify(scene.ledger.entries())
        .unwrap_or_else(|error| panic!("the proof could not look: {error}"));
    say.note(&format!(
        "{} accepted messages, {} failures",
        scene.ledger.entries().len(),
        verdict.failures.len()
    ));
    say.verdict = Some(verdict);

    say.step("Desktop clients synchronise again");
    for desktop in &scene.desktops {
        let address = desktop.client.address();
        let mailstore = scene.mailstore_of(address);
        let synced = desktop.client.sync();
        let after = desktop.client.messages();
        let downloaded = after.difference(&desktop.before).count();
        let lost = desktop.before.difference(&after).count();
        let expected = scene.ledger.count_of(address) - desktop.known;
        // By Dovecot's own count, a client that fetches a message twice is found out.
        let fetched = || mailstore.bodies_fetched(address) - desktop.bodies;
        if synced.is_ok() {
            wait_until(
                "Dovecot logs the end of the client's session",
                std::time::Duration::from_secs(5),
                || fetched() >= downloaded as u64,
            );
        }
        let again = lost + (fetched() as usize).saturating_sub(downloaded);
        if let Err(error) = synced {
            say.note(&format!("{address}: mbsync says {error}"));
        }
        say.note(&format!(
            "{address} downloaded {downloaded} of {expected} new"
        ));
        say.clients.push(Client {
            mailbox: address.to_owned(),
            before: desktop.before.len(),
            expected,
            downloaded,
            again,
        });
    }
    say.end_step();
}
