//! `make demo`: a whole outage on real parts, told step by step.
//!
//! Real Dovecot, Postfix and mbsync, Lifeboat's release binary, a browser that fills in the pages'
//! forms. `a1` fails twice: once killed, once hanging with a message in doubt. At the end a separate
//! program, which reads Dovecot alone, says whether every message is home exactly once.
//!
//! `DEMO_EXIT=1` ends after the proof, with status 0 or 1 and `target/demo/report.json`
//! (`docs/demo-report.md`). `DEMO_BREAK=drop|double|uidvalidity` damages a mailbox before the proof,
//! which must then fail.

#[path = "../rig/mod.rs"]
mod rig;

mod ledger;
mod narrator;
mod proving;
mod report;
mod scene;
mod story;
mod webmail;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc;

use narrator::Narrator;
use rig::RigDir;
use rig::sabotage::Sabotage;
use scene::Scene;

fn main() -> ExitCode {
    let stays = std::env::var_os("DEMO_EXIT").is_none_or(|value| value != "1");
    let sabotage = match std::env::var("DEMO_BREAK") {
        Err(_) => None,
        Ok(name) => match Sabotage::parse(&name) {
            Some(kind) => Some((name, kind)),
            None => {
                eprintln!("DEMO_BREAK={name}: takes drop, double or uidvalidity");
                return ExitCode::from(2);
            }
        },
    };
    let interrupted = interrupt_channel();
    let mut dir = RigDir::new("demo");
    let mut narrator = Narrator::start();
    let outcome = play(&mut dir, &mut narrator, sabotage.as_ref());
    let report = report::write(
        &narrator,
        dir.path(),
        sabotage.as_ref().map(|(name, _)| name),
    );
    let ok = narrator.is_proven();
    narrator.print_table(&report);
    if !ok {
        dir.keep();
        return ExitCode::FAILURE;
    }
    if stays && let Some(scene) = outcome {
        scene.print_doors();
        let _ = interrupted.recv();
        println!("\nStopping.");
    }
    ExitCode::SUCCESS
}

/// Plays everything; a panic ends the step it happened in, and the story.
fn play(
    dir: &mut RigDir,
    narrator: &mut Narrator,
    sabotage: Option<&(String, Sabotage)>,
) -> Option<Scene> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut scene = Scene::set(dir.path(), narrator);
        story::play(&mut scene, narrator);
        proving::prove(&mut scene, narrator, sabotage.map(|(_, kind)| *kind));
        scene
    }));
    std::panic::set_hook(hook);
    match played {
        Ok(scene) => Some(scene),
        Err(panic) => {
            let message = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .unwrap_or_else(|| "a panic without a message".to_owned());
            narrator.fail(message);
            None
        }
    }
}

/// Ctrl-C ends the demo in an orderly way; a second one at once.
fn interrupt_channel() -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime for signals");
        runtime.block_on(async {
            let mut count = 0;
            while tokio::signal::ctrl_c().await.is_ok() {
                count += 1;
                if count > 1 || sender.send(()).is_err() {
                    std::process::exit(130);
                }
            }
        });
    });
    receiver
}
