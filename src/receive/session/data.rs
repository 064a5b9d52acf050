//! Message data under way: up to a dot (DATA), or in counted chunks (BDAT).

use super::PIECE_OCTETS;
use crate::receive::gate::{ChunkGate, DataFault, DataGate};
use crate::receive::reply::{MessageFault, SmtpReply};

/// Message data under way.
#[derive(Debug)]
pub(super) struct Data {
    framing: Framing,
    octets: u64,
    /// Why the message will not be stored; its data is thrown away up to its end.
    refused: Option<SmtpReply>,
}

#[derive(Debug)]
enum Framing {
    /// Until CR LF `.` CR LF.
    Dot { gate: DataGate, ended: bool },
    /// So many octets more of this chunk.
    Chunk {
        gate: ChunkGate,
        left: u64,
        last: bool,
    },
}

/// What became of some input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Took {
    /// So many octets; go on.
    More(usize),
    /// Nothing: there is no more input.
    Nothing,
    /// So many octets, and the piece is to be kept now.
    Piece(usize),
    /// So many octets, which show that the message is not to be stored.
    Fault(usize, MessageFault),
    /// Nothing: a chunk ended that is not the last.
    Chunk,
    /// Nothing: the message ended.
    End,
}

impl Data {
    pub(super) fn until_dot() -> Self {
        Self {
            framing: Framing::Dot {
                gate: DataGate::default(),
                ended: false,
            },
            octets: 0,
            refused: None,
        }
    }

    pub(super) fn of_chunk(octets: u64, last: bool) -> Self {
        Self {
            framing: Framing::Chunk {
                gate: ChunkGate::default(),
                left: octets,
                last,
            },
            octets: 0,
            refused: None,
        }
    }

    /// A chunk whose octets are thrown away.
    pub(super) fn refused(octets: u64, last: bool, reply: SmtpReply) -> Self {
        Self {
            refused: Some(reply),
            ..Self::of_chunk(octets, last)
        }
    }

    pub(super) fn next_chunk(&mut self, octets: u64, is_last: bool) {
        if let Framing::Chunk { left, last, .. } = &mut self.framing {
            (*left, *last) = (octets, is_last);
        }
    }

    pub(super) fn octets(&self) -> u64 {
        self.octets
    }

    pub(super) fn refuse(&mut self, reply: SmtpReply) {
        self.refused.get_or_insert(reply);
    }

    pub(super) fn take_refusal(&mut self) -> Option<SmtpReply> {
        self.refused.take()
    }

    /// Takes from `input` what belongs to the message and appends its content to `piece`.
    pub(super) fn advance(&mut self, input: &[u8], piece: &mut Vec<u8>, octets_max: u64) -> Took {
        if self.is_at_end() {
            return self.end(piece);
        }
        // Bounded, so that a piece is not much larger than PIECE_OCTETS.
        let input = input.get(..PIECE_OCTETS).unwrap_or(input);
        let before = piece.len();
        let (used, fault) = self.framing.feed(input, piece);
        let grown = piece.len().saturating_sub(before) as u64;
        self.octets = self.octets.saturating_add(grown);
        if self.refused.is_some() {
            piece.clear();
        } else if let Some(fault) = fault {
            piece.clear();
            return Took::Fault(used, MessageFault::Line(fault));
        } else if self.octets > octets_max {
            piece.clear();
            return Took::Fault(used, MessageFault::TooLarge);
        }
        match used {
            _ if piece.len() >= PIECE_OCTETS => Took::Piece(used),
            0 if !self.is_at_end() => Took::Nothing,
            used => Took::More(used),
        }
    }

    /// What follows when a chunk or the message is complete.
    fn end(&mut self, piece: &[u8]) -> Took {
        if let Framing::Chunk { last: false, .. } = self.framing {
            return Took::Chunk;
        }
        if self.refused.is_none()
            && let Framing::Chunk { gate, .. } = &mut self.framing
            && let Some(fault) = gate.finish()
        {
            return Took::Fault(0, MessageFault::Line(fault));
        }
        if self.refused.is_none() && !piece.is_empty() {
            return Took::Piece(0);
        }
        Took::End
    }

    fn is_at_end(&self) -> bool {
        match &self.framing {
            Framing::Dot { ended, .. } => *ended,
            Framing::Chunk { left, .. } => *left == 0,
        }
    }
}

impl Framing {
    /// How many octets were taken, and the first fault so far.
    fn feed(&mut self, input: &[u8], piece: &mut Vec<u8>) -> (usize, Option<DataFault>) {
        match self {
            Self::Dot { gate, ended } => {
                let fed = gate.feed(input, piece);
                *ended = fed.ended;
                (fed.used, gate.fault())
            }
            Self::Chunk { gate, left, .. } => {
                let here = usize::try_from(*left).unwrap_or(usize::MAX);
                let content = input.get(..here).unwrap_or(input);
                gate.feed(content);
                piece.extend_from_slice(content);
                *left -= content.len() as u64;
                (content.len(), gate.fault())
            }
        }
    }
}
