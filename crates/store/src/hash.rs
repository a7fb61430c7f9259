//! The hashes that order, bucket and identify rows: xxHash64, the same on every machine and in every version.
//!
//! They are part of the lake's format: a key's hash decides its bucket, a content's hash decides which of two
//! rows of equal revision wins. People's ids are hashed elsewhere, with a key; here nothing is secret.

use twox_hash::XxHash64;

/// What a key is a key of; equal texts of two kinds are different keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum KeyKind {
    Conversation = 1,
    Invitation = 2,
    Answer = 3,
    Review = 4,
    Session = 5,
    Customer = 6,
    /// A row that names nothing it hangs on.
    Own = 7,
}

/// The key of a conversation, a customer, a session ... as one number.
#[inline]
pub(crate) fn key(kind: KeyKind, id: &str) -> u64 {
    XxHash64::oneshot(kind as u64, id.as_bytes())
}

/// The key of a row that hangs on nothing.
#[inline]
pub(crate) fn own_key(content: i64) -> u64 {
    mix(content as u64 ^ ((KeyKind::Own as u64) << 56))
}

/// The number of buckets: the bucket of a key is its 16 highest bits.
pub(crate) const BUCKETS: u32 = 1 << 16;

/// The bucket of a key.
#[inline]
pub(crate) fn bucket(key: u64) -> i32 {
    (key >> 48) as i32
}

/// The hash of a text in a column.
#[inline]
pub(crate) fn text(column: u64, text: &str) -> u64 {
    XxHash64::oneshot(column, text.as_bytes())
}

/// The hash of a number in a column.
#[inline]
pub(crate) fn number(column: u64, value: i64) -> u64 {
    mix((value as u64).wrapping_add(column.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// Adds the hash of one more cell to the hash of a row; the order of cells matters.
#[inline]
pub(crate) fn join(row: u64, cell: u64) -> u64 {
    (row.rotate_left(23) ^ cell).wrapping_mul(0x9fb2_1c65_1e98_df25)
}

/// The identity of a row with an id of its own.
pub(crate) fn identity_of_id(source: &str, external_id: &str) -> i64 {
    join(text(11, source), text(12, external_id)) as i64
}

/// The identity of a row without one: its content and its number among equal rows of its file.
#[inline]
pub(crate) fn identity_of_content(content: i64, copy: i32) -> i64 {
    mix((content as u64).wrapping_add((copy as u64).wrapping_mul(0xd6e8_feb8_6659_fd93))) as i64
}

/// An identity among all homes: ids are compared only within one.
#[inline]
pub(crate) fn in_home(home: u64, identity: i64) -> i64 {
    join(home, identity as u64) as i64
}

/// Spreads the bits of a number; one to one.
#[inline]
fn mix(mut value: u64) -> u64 {
    value ^= value >> 32;
    value = value.wrapping_mul(0xd6e8_feb8_6659_fd93);
    value ^= value >> 32;
    value = value.wrapping_mul(0xd6e8_feb8_6659_fd93);
    value ^ (value >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_and_a_session_of_one_name_are_two_keys() {
        assert_ne!(key(KeyKind::Conversation, "1"), key(KeyKind::Session, "1"));
    }

    #[test]
    fn the_hashes_never_change_between_versions() {
        let hashes =
            [key(KeyKind::Conversation, "4711") as i64, identity_of_id("zendesk", "1"), identity_of_content(7, 1)];
        assert_eq!(hashes, [-5407809757979543943, -7220112762177049085, 4236819360316377826]);
    }
}
