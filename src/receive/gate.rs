//! The byte-level gate: what stands between the wire and everything that interprets it.
//!
//! Commands and data pass through here before any parser sees them. The gate knows line ends and
//! the end of data, nothing else, so that there is exactly one opinion on where a message ends
//! (RFC 5321 §2.3.8, §4.1.1.4): a line ends with CR LF, data ends with CR LF `.` CR LF. Every other
//! combination of CR, LF and dots is content at best and a fault at worst, never an end; a sender
//! and we can therefore not disagree about it ("SMTP smuggling").
//!
//! Pure: bytes in, bytes and verdicts out. It allocates only what is appended to the caller's
//! buffer, and never looks at a byte twice.

use memchr::{memchr, memchr2};

/// Longest command line accepted, in octets with its line end.
///
/// RFC 5321 §4.5.3.1.4 asks for 512 plus what extensions add; an address may have 254 octets and
/// SMTPUTF8 and DSN parameters hundreds more.
pub const COMMAND_OCTETS_MAX: usize = 4096;

/// Why a command line is refused before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// An LF without a CR before it.
    BareLf,
    /// A CR that no LF follows.
    BareCr,
    /// An octet 0.
    Nul,
    /// Longer than [`COMMAND_OCTETS_MAX`].
    TooLong,
}

/// What [`command_line`] found at the start of the input.
#[derive(Debug, PartialEq, Eq)]
pub enum CommandLine<'a> {
    /// No line end yet.
    Partial,
    /// A line without its line end, and how many octets it took with it.
    Complete(&'a [u8], usize),
    /// A line that must not be interpreted, and after which nothing is.
    Fault(LineFault),
}

/// The first command line of `input`.
pub fn command_line(input: &[u8]) -> CommandLine<'_> {
    let window = input.get(..COMMAND_OCTETS_MAX).unwrap_or(input);
    let Some(lf) = memchr(b'\n', window) else {
        return if window.len() == COMMAND_OCTETS_MAX {
            CommandLine::Fault(LineFault::TooLong)
        } else {
            CommandLine::Partial
        };
    };
    let Some((b'\r', line)) = window.get(..lf).and_then(<[u8]>::split_last) else {
        return CommandLine::Fault(LineFault::BareLf);
    };
    match memchr2(b'\r', 0, line).and_then(|at| line.get(at)) {
        None => CommandLine::Complete(line, lf + 1),
        Some(0) => CommandLine::Fault(LineFault::Nul),
        Some(_) => CommandLine::Fault(LineFault::BareCr),
    }
}

/// Why a message is refused because of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFault {
    /// An LF without a CR before it.
    BareLf,
    /// A CR that no LF follows.
    BareCr,
}

/// What [`DataGate::feed`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fed {
    /// Octets of the input that belong to the data.
    pub used: usize,
    /// Whether the end of data was among them.
    pub ended: bool,
}

/// Where in a line the last octet was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// After CR LF, or at the very start.
    LineStart,
    /// Inside a line.
    Inside,
    /// After a CR.
    Cr,
    /// After a dot at the start of a line, which was held back.
    Dot,
    /// After such a dot and a CR.
    DotCr,
}

/// Takes the transparency dots out of message data and finds its end (RFC 5321 §4.5.2).
///
/// A fault is remembered, not acted on: the data still ends where it ends, so the session stays in
/// step with an honest client, and the message is refused then. NUL passes: it is content, and a
/// message is stored as it came.
#[derive(Debug)]
pub struct DataGate {
    at: At,
    fault: Option<DataFault>,
}

impl Default for DataGate {
    fn default() -> Self {
        Self {
            at: At::LineStart,
            fault: None,
        }
    }
}

impl DataGate {
    /// The first fault seen so far.
    pub fn fault(&self) -> Option<DataFault> {
        self.fault
    }

    /// Appends the content in `input` to `body`, up to the end of data or of `input`.
    ///
    /// After a fault nothing sensible is in `body`, and after the end the gate must not be fed.
    pub fn feed(&mut self, input: &[u8], body: &mut Vec<u8>) -> Fed {
        // What lies between `run` and `next` is content as it stands.
        let mut run = 0;
        let mut next = 0;
        while let Some(&octet) = input.get(next) {
            match (self.at, octet) {
                (At::LineStart, b'.') => {
                    body.extend_from_slice(input.get(run..next).unwrap_or_default());
                    next += 1;
                    run = next;
                    self.at = At::Dot;
                }
                (At::Dot, b'\r') => {
                    next += 1;
                    run = next;
                    self.at = At::DotCr;
                }
                (At::DotCr, b'\n') => {
                    return Fed {
                        used: next + 1,
                        ended: true,
                    };
                }
                (At::DotCr | At::Cr, octet) if octet != b'\n' => {
                    self.fail(DataFault::BareCr);
                    self.at = At::Inside;
                }
                (At::Cr, _) => {
                    next += 1;
                    self.at = At::LineStart;
                }
                _ => next = self.line(input, next),
            }
        }
        body.extend_from_slice(input.get(run..).unwrap_or_default());
        Fed {
            used: input.len(),
            ended: false,
        }
    }

    /// Goes from inside a line to after its next CR or LF, or to the end of `input`.
    fn line(&mut self, input: &[u8], from: usize) -> usize {
        self.at = At::Inside;
        let rest = input.get(from..).unwrap_or_default();
        let Some(at) = memchr2(b'\r', b'\n', rest) else {
            return input.len();
        };
        if rest.get(at) == Some(&b'\r') {
            self.at = At::Cr;
        } else {
            self.fail(DataFault::BareLf);
        }
        from + at + 1
    }

    fn fail(&mut self, fault: DataFault) {
        self.fault.get_or_insert(fault);
    }
}

/// Looks at the octets of BDAT chunks, whose end is counted, not marked (RFC 3030 §2).
///
/// Nothing in a chunk is interpreted, so nothing in it can end the message; but what is stored is later
/// sent on or handed over in other framings, so the same line ends are demanded as of DATA.
#[derive(Debug, Default)]
pub struct ChunkGate {
    after_cr: bool,
    fault: Option<DataFault>,
}

impl ChunkGate {
    /// The first fault seen so far.
    pub fn fault(&self) -> Option<DataFault> {
        self.fault
    }

    /// Looks at the next octets of a message, which may be cut anywhere.
    pub fn feed(&mut self, input: &[u8]) {
        let mut next = 0;
        let Some(&first) = input.first() else { return };
        if std::mem::take(&mut self.after_cr) {
            if first == b'\n' {
                next = 1;
            } else {
                self.fail(DataFault::BareCr);
            }
        }
        while let Some(at) = input
            .get(next..)
            .and_then(|rest| memchr2(b'\r', b'\n', rest))
        {
            let at = next + at;
            match (input.get(at), input.get(at + 1)) {
                (Some(b'\n'), _) => self.fail(DataFault::BareLf),
                (_, Some(b'\n')) => next = at + 2,
                (_, Some(_)) => self.fail(DataFault::BareCr),
                (_, None) => self.after_cr = true,
            }
            next = next.max(at + 1);
        }
    }

    /// The message is complete: the first fault in it.
    pub fn finish(&mut self) -> Option<DataFault> {
        if std::mem::take(&mut self.after_cr) {
            self.fail(DataFault::BareCr);
        }
        self.fault
    }

    fn fail(&mut self, fault: DataFault) {
        self.fault.get_or_insert(fault);
    }
}

#[cfg(test)]
mod tests;
