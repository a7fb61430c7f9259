//! People as keyed hashes: who they are stays in SQLite, the lake holds 16 letters that mean nothing without it.
//!
//! One person has one hash, whatever column names it, so that an actor can be compared with a customer. The key
//! is made when the data folder is made and never leaves it: without it nobody can test whether a known address
//! is in the lake, and erasing a person's row leaves the numbers as they are.

use std::collections::HashMap;
use std::path::Path;

use crate::error::{Result, StoreError};

/// Letters of a person's hash: 12 bytes in base 64.
pub(crate) const HASH_LENGTH: usize = 16;

/// Makes the hashes of one data folder.
#[derive(Clone)]
pub(crate) struct PersonHasher {
    key: [u8; 32],
}

impl std::fmt::Debug for PersonHasher {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("PersonHasher")
    }
}

impl PersonHasher {
    /// The hasher of a key.
    pub(crate) fn new(key: [u8; 32]) -> PersonHasher {
        PersonHasher { key }
    }

    /// A new key, from the system's source of randomness.
    pub(crate) fn new_key() -> Result<[u8; 32]> {
        let path = Path::new("/dev/urandom");
        let mut key = [0u8; 32];
        let read = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut key));
        read.map_err(StoreError::io(path))?;
        Ok(key)
    }

    /// The hash of a vendor's id.
    pub(crate) fn hash(&self, id: &str) -> PersonHash {
        let hash = blake3::keyed_hash(&self.key, id.as_bytes());
        let mut letters = [0u8; HASH_LENGTH];
        for (group, bytes) in letters.chunks_exact_mut(4).zip(hash.as_bytes().chunks_exact(3)) {
            let bits = u32::from(bytes[0]) << 16 | u32::from(bytes[1]) << 8 | u32::from(bytes[2]);
            for (place, letter) in group.iter_mut().enumerate() {
                *letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            }
        }
        PersonHash(letters)
    }
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A person's hash as it stands in the lake.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct PersonHash([u8; HASH_LENGTH]);

impl PersonHash {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The people of a data folder: what stands behind the hashes, for display.
#[derive(Clone, Debug, Default)]
pub struct People {
    pub(crate) by_hash: HashMap<String, Person>,
}

/// Who stands behind a hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The id as the vendor gave it.
    pub vendor_id: String,
    /// The name as a customer.
    pub customer_name: Option<String>,
    /// The address as a customer.
    pub customer_email: Option<String>,
    /// The name as an agent.
    pub agent_name: Option<String>,
    /// The address as an agent.
    pub agent_email: Option<String>,
}

impl People {
    /// Who stands behind a hash.
    pub fn person(&self, hash: &str) -> Option<&Person> {
        self.by_hash.get(hash)
    }

    /// What to show for an agent: the name, else the vendor's id, else the hash.
    pub fn agent<'p>(&'p self, hash: &'p str) -> &'p str {
        let person = self.by_hash.get(hash);
        person.map_or(hash, |person| person.agent_name.as_deref().unwrap_or(&person.vendor_id))
    }

    /// What to show for a customer: the name, else the vendor's id, else the hash.
    pub fn customer<'p>(&'p self, hash: &'p str) -> &'p str {
        let person = self.by_hash.get(hash);
        person.map_or(hash, |person| person.customer_name.as_deref().unwrap_or(&person.vendor_id))
    }

    /// The hashes of all whose name or vendor's id is `shown`: what a filter on an agent or customer means.
    pub fn hashes_shown_as(&self, shown: &str) -> Vec<&str> {
        let is_shown = |person: &Person| {
            person.vendor_id == shown
                || person.agent_name.as_deref() == Some(shown)
                || person.customer_name.as_deref() == Some(shown)
        };
        let mut hashes: Vec<&str> =
            self.by_hash.iter().filter(|(_, person)| is_shown(person)).map(|(hash, _)| hash.as_str()).collect();
        hashes.sort_unstable();
        hashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_sixteen_letters_and_depends_on_the_key() {
        let first = PersonHasher::new([1; 32]).hash("anna@example.org");
        assert_eq!(first.as_str().len(), HASH_LENGTH);
        assert_eq!(first, PersonHasher::new([1; 32]).hash("anna@example.org"));
        assert_ne!(first, PersonHasher::new([2; 32]).hash("anna@example.org"));
    }
}
