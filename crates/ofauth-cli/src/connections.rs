//! The connection ids: from arguments, from a file, or the default.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::account::{Account, set_by};
use crate::arguments::Creators;
use crate::console;
use crate::failure::Failure;

/// Returns the valid connection ids without duplicates, at least one.
pub(crate) fn connections(account: &Account, creators: &Creators) -> Result<Vec<String>, Failure> {
    let mut ids = Ids { account, ids: Vec::new(), seen: HashSet::new(), repeated: 0 };
    for (index, id) in creators.connection.iter().enumerate() {
        let source = match creators.connection.len() {
            1 => "--connection".to_owned(),
            _ => format!("--connection (number {})", index + 1),
        };
        ids.add(id, &source)?;
    }
    if let Some(file) = &creators.connections_file {
        let name = file.display();
        let text = read(file).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
        for (index, line) in text.lines().enumerate() {
            let id = line.trim();
            if !id.is_empty() && !id.starts_with('#') {
                ids.add(id, &format!("{name}:{}", index + 1))?;
            }
        }
        if ids.ids.is_empty() {
            let what = "contains no connection id; write one per line";
            return Err(Failure::Usage(format!("{name}: {what}")));
        }
    }
    if ids.ids.is_empty() {
        let Some(default) = &account.connection else {
            return Err(Failure::Usage(
                "there is no connection id: pass --connection, or set OFAUTH_CONNECTION_ID"
                    .to_owned(),
            ));
        };
        ids.add(&default.value, &default.source)?;
    }
    match ids.repeated {
        0 => {}
        1 => console::warn("1 connection id is repeated; it is read once"),
        count => console::warn(&format!("{count} connection ids are repeated; each is read once")),
    }
    Ok(ids.ids)
}

struct Ids<'a> {
    account: &'a Account,
    ids: Vec<String>,
    seen: HashSet<String>,
    repeated: usize,
}

impl Ids<'_> {
    /// Adds an id that comes from `source`. Invalid ids are refused before anything is sent.
    fn add(&mut self, id: &str, source: &str) -> Result<(), Failure> {
        if let Err(error) = self.account.client.connection(id) {
            return Err(match (set_by(source, error), id.contains('#')) {
                (Failure::Usage(message), true) => Failure::Usage(format!(
                    "{message}; put comments on separate lines that begin with #"
                )),
                (failure, _) => failure,
            });
        }
        match self.seen.insert(id.to_owned()) {
            true => self.ids.push(id.to_owned()),
            false => self.repeated += 1,
        }
        Ok(())
    }
}

/// Reads a file in UTF-8 or, with a byte order mark, in UTF-16.
fn read(file: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    match file.as_os_str() == "-" {
        true => io::stdin().read_to_end(&mut bytes)?,
        false => fs::File::open(file)?.read_to_end(&mut bytes)?,
    };
    let invalid =
        |encoding| io::Error::new(io::ErrorKind::InvalidData, format!("not valid {encoding}"));
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let (pairs, odd) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().skip(1).map(|pair| unit(*pair)).collect();
        match odd {
            [] => String::from_utf16(&units).map_err(|_| invalid("UTF-16")),
            _ => Err(invalid("UTF-16")),
        }
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] | text => {
            str::from_utf8(text).map(str::to_owned).map_err(|_| invalid("UTF-8"))
        }
    }
}
