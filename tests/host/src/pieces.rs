//! Streams that give and take a few bytes at a time. CLAP lets a host do so, and some do.

use std::io::{Read, Result, Write};

/// Takes at most `piece` bytes a call.
pub(crate) struct Sink {
    pub(crate) bytes: Vec<u8>,
    pub(crate) piece: usize,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let taken = bytes.len().min(self.piece);
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Gives at most `piece` bytes a call.
pub(crate) struct Source<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) piece: usize,
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let limit = buffer.len().min(self.piece);
        self.bytes.read(&mut buffer[..limit])
    }
}
