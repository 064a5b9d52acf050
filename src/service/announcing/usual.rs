//! What is usually written to people about an event, where their brand has no words of its own.

use crate::store::events::{AlertStep, Happened, OutageStep};

/// The usual letter about an event: subject, empty line, text.
pub(super) const fn usual(what: &Happened) -> &'static str {
    match what {
        Happened::Outage { step, .. } => match step {
            OutageStep::Advised => {
                "[{name}] {mailstore}: a person must decide\n\n{text}\n\nSeen at {time}.\n"
            }
            OutageStep::Began => {
                "[{name}] Mail outage: the emergency webmail is open\n\nSince {time} new mail of {mailboxes} mailboxes goes to the emergency webmail:\n{webmail}\n\nUsers sign in there with their usual address and password, and can read and send new mail. Their old mail is safe; it is not shown there. Everything will be in their mailboxes when the usual service is back.\n\nDomains: {domains}\nState of the service: {status}\n"
            }
            OutageStep::Returned => {
                "[{name}] Mail outage: the usual service is back\n\nSince {time} new mail of {mailboxes} mailboxes goes to the usual mailboxes again. What came in and was sent meanwhile is being added to them now.\n\nDomains: {domains}\nState of the service: {status}\n"
            }
            OutageStep::Resumed => {
                "[{name}] Mail outage: it has failed again\n\nThe usual service failed again at {time}. New mail of {mailboxes} mailboxes goes to the emergency webmail:\n{webmail}\n\nDomains: {domains}\nState of the service: {status}\n"
            }
            OutageStep::Ended => {
                "[{name}] Mail outage: it is over\n\nThe usual service has been well until {time} and counts as stable.\n\nDomains: {domains}\nState of the service: {status}\n"
            }
            OutageStep::Merged => {
                "[{name}] Mail outage: all mail is in its place\n\nAt {time} the last message from the emergency webmail was added to the usual mailboxes, and every one of them was verified there.\n\nDomains: {domains}\n"
            }
        },
        Happened::Mode { .. } => "[{name}] {mailstore}: its mode was set\n\n{text}\n\nAt {time}.\n",
        Happened::Override { .. } => {
            "[{name}] A failover setting was changed\n\n{text}\n\nAt {time}.\n"
        }
        Happened::Alert { step, .. } => match step {
            AlertStep::Raised => {
                "[{name}] ALERT {alert}\n\n{text}\n\nSince {time}. It is told again until somebody acknowledges it: in the console, or with\nlifeboat alert ack {alert} --note \"…\"\n"
            }
            AlertStep::Repeated => {
                "[{name}] ALERT (again) {alert}\n\n{text}\n\nStill so at {time}, and nobody has acknowledged it: in the console, or with\nlifeboat alert ack {alert} --note \"…\"\n"
            }
            AlertStep::Acknowledged => {
                "[{name}] Alert acknowledged: {alert}\n\n{text}\n\nAt {time}.\n"
            }
            AlertStep::Cleared => {
                "[{name}] Alert over: {alert}\n\nIt is no longer so. At {time}.\n"
            }
        },
        Happened::OverrideExpired { .. } => {
            "[{name}] A failover setting has ended by itself\n\n{text}\n\nAt {time}.\n"
        }
        Happened::DomainMoved { .. } => {
            "[{name}] A domain has another owner\n\n{text}\n\nAt {time}.\n"
        }
        Happened::Mailbox { .. } | Happened::MailboxesChanged { .. } => {
            "[{name}] Mailboxes changed\n\n{text}\n\nAt {time}.\n"
        }
        Happened::SendingLimited { .. } => {
            "[{name}] A limit of recipients in a day is reached\n\n{text}\n\nUntil some of the last day's mail is a day old no more than the limit is sent. Often a password was stolen: look at what was sent, and have it changed if its user did not write that.\nAt {time}.\n"
        }
        Happened::Drill { .. } => {
            "[{name}] Drill: {text}\n\nThe drill on {mailstore} is over: {text}. lifeboat drill show has its steps.\nAt {time}.\n"
        }
    }
}
