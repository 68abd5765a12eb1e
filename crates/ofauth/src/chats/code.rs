//! The encoding of cursors and checkpoints: a short binary form with a checksum, in base64url.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The version of the encoding. Raise it with any change.
const FORM: u8 = 3;

/// What an encoded text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chats) enum Purpose {
    Cursor = b'w' as isize,
    Checkpoint = b'c' as isize,
}

/// Why a cursor or checkpoint can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCode {
    /// Not written by this library, or truncated or altered since.
    Corrupt,
    /// A checkpoint in place of a cursor, or the other way round.
    WrongKind,
    /// Written by another version of this library.
    WrongVersion,
}

impl fmt::Display for BadCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Corrupt => "it was truncated or altered, or not written by this library",
            Self::WrongKind => {
                "a checkpoint was given in place of a cursor, or the other way round"
            }
            Self::WrongVersion => "it was written by another version of this library",
        })
    }
}

impl std::error::Error for BadCode {}

pub(in crate::chats) struct Writer(Vec<u8>);

impl Writer {
    pub(in crate::chats) fn new(purpose: Purpose) -> Self {
        Self(vec![purpose as u8, FORM])
    }

    pub(in crate::chats) fn flag(&mut self, value: bool) {
        self.0.push(u8::from(value));
    }

    /// Seven bits per byte, lowest first; the top bit is set if more follow.
    pub(in crate::chats) fn unsigned(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// Zigzag encoding: numbers close to 0 of either sign become small.
    pub(in crate::chats) fn signed(&mut self, value: i64) {
        self.unsigned((value << 1 ^ value >> 63) as u64);
    }

    pub(in crate::chats) fn count(&mut self, value: usize) {
        self.unsigned(value as u64);
    }

    pub(in crate::chats) fn fixed(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    /// Ascending numbers, as the differences between them.
    pub(in crate::chats) fn rising(&mut self, values: &[u64]) {
        self.count(values.len());
        let mut last = 0;
        for &value in values {
            self.unsigned(value.wrapping_sub(last));
            last = value;
        }
    }

    #[cfg(any(fuzzing, test))]
    pub(in crate::chats) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    pub(in crate::chats) fn finish(mut self) -> String {
        let sum = check_sum(&self.0);
        self.0.extend(sum);
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

pub(in crate::chats) struct Reader {
    bytes: Vec<u8>,
    at: usize,
}

impl Reader {
    pub(in crate::chats) fn new(purpose: Purpose, text: &str) -> Result<Self, BadCode> {
        let mut bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| BadCode::Corrupt)?;
        let body = bytes.len().checked_sub(4).ok_or(BadCode::Corrupt)?;
        let sum = bytes.split_off(body);
        if sum != check_sum(&bytes) {
            return Err(BadCode::Corrupt);
        }
        match *bytes.as_slice() {
            [found, FORM, ..] if found == purpose as u8 => Ok(Self { bytes, at: 2 }),
            [found, ..] if found == purpose as u8 => Err(BadCode::WrongVersion),
            _ => Err(BadCode::WrongKind),
        }
    }

    fn byte(&mut self) -> Result<u8, BadCode> {
        let byte = *self.bytes.get(self.at).ok_or(BadCode::Corrupt)?;
        self.at += 1;
        Ok(byte)
    }

    pub(in crate::chats) fn flag(&mut self) -> Result<bool, BadCode> {
        Ok(self.byte()? != 0)
    }

    pub(in crate::chats) fn unsigned(&mut self) -> Result<u64, BadCode> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(BadCode::Corrupt)
    }

    pub(in crate::chats) fn signed(&mut self) -> Result<i64, BadCode> {
        let value = self.unsigned()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The number of elements that follow, each at least a byte long.
    pub(in crate::chats) fn count(&mut self) -> Result<usize, BadCode> {
        let count = usize::try_from(self.unsigned()?).map_err(|_| BadCode::Corrupt)?;
        let left = self.bytes.len() - self.at;
        if count <= left { Ok(count) } else { Err(BadCode::Corrupt) }
    }

    pub(in crate::chats) fn fixed(&mut self) -> Result<u64, BadCode> {
        (0..8).try_fold(0, |value, place| Ok(value | u64::from(self.byte()?) << (8 * place)))
    }

    pub(in crate::chats) fn rising(&mut self) -> Result<Vec<u64>, BadCode> {
        let mut last = 0u64;
        (0..self.count()?)
            .map(|_| {
                last = last.wrapping_add(self.unsigned()?);
                Ok(last)
            })
            .collect()
    }

    pub(in crate::chats) fn finish(self) -> Result<(), BadCode> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(BadCode::Corrupt) }
    }
}

/// FNV-1a: detects accidental changes, not forgery.
fn check_sum(bytes: &[u8]) -> [u8; 4] {
    let mix = |sum: u32, &byte: &u8| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    bytes.iter().fold(0x811c_9dc5, mix).to_le_bytes()
}
