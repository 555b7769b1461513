//! How much of a failure a status reports. A status travels in headers, of which clients read
//! 8 KiB (grpc-java) to 16 KiB (C-core): a larger one is RESOURCE_EXHAUSTED to them, and they
//! retry. No text of a caller or of another service is trusted to be short.

use std::collections::HashMap;

use tonic::Status;

/// Most bytes of a status on the wire: base64 of its details, and its percent-encoded message.
pub(crate) const STATUS: usize = 6 * 1024;
/// Most bytes of the percent-encoded message. The details repeat the message, and the metadata
/// leave space for at least one violation.
const MESSAGE: usize = 1024;
/// Most bytes of keys and values of the metadata, before base64.
const METADATA: usize = 1536;
/// Most bytes of tags and lengths around an element of a list.
const FRAME: usize = 24;
/// Most bytes of the empty lists in the details: their type URLs and lengths.
const LIST: usize = 144;

/// How much of each element a list shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// To how many bytes its texts are cut.
    pub longest_text: usize,
    /// Whether a violation shows its inputs.
    pub inputs: bool,
}

/// Sizes to try, the largest first. A list that does not fit whole in any of them is cut off at
/// `SIZES[LAST]`, or at a smaller size if not even its first element fits.
const SIZES: [Size; 5] = [
    Size { longest_text: 512, inputs: true },
    Size { longest_text: 512, inputs: false },
    Size { longest_text: 256, inputs: false },
    Size { longest_text: 160, inputs: false },
    Size { longest_text: 64, inputs: false },
];
const LAST: usize = 3;
/// To how many bytes the values of the metadata are cut, the first that fits.
const METADATA_CUTS: [usize; 4] = [512, 256, 128, 32];
/// Most bytes of each part of a message.
const LONGEST_PART: usize = 256;
/// A longer list never fits.
const LONGEST_LIST: usize = 128;

/// Bytes of a status on the wire.
pub(crate) fn on_wire(status: &Status) -> usize {
    (status.details().len() * 4).div_ceil(3) + percent_encoded(status.message())
}

/// Bytes of a text in `grpc-message`.
fn percent_encoded(text: &str) -> usize {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"#%<>`?{}".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { 1 } else { 3 }).sum()
}

/// The text, or its beginning if it has more bytes than this.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    const MARK: char = '…';
    if text.len() <= longest {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(longest.saturating_sub(MARK.len_utf8()));
    format!("{}{MARK}", &text[..end])
}

/// The message, or its beginning.
pub(crate) fn message(text: &str) -> String {
    let mut message = cut(text, MESSAGE);
    while percent_encoded(&message) > MESSAGE {
        let over = percent_encoded(&message) - MESSAGE;
        // A byte takes at most three, and the mark of the cut takes nine.
        message = cut(&message, message.len().saturating_sub(over.div_ceil(3).max(4)));
    }
    message
}

/// As many of these parts as fit into the message, and how many more there are.
pub(crate) fn message_of_parts(
    start: &str,
    parts: impl ExactSizeIterator<Item = String>,
) -> String {
    let mut left = parts.len();
    let mut text = start.to_owned();
    for (at, part) in parts.enumerate() {
        let longer =
            format!("{text}{}{}", if at == 0 { "" } else { "; " }, cut(&part, LONGEST_PART));
        if at > 0 && percent_encoded(&longer) + percent_encoded(&and_more(left)) > MESSAGE {
            return format!("{text}; {}", and_more(left));
        }
        (text, left) = (longer, left - 1);
    }
    text
}

/// The text for omitted elements.
pub(crate) fn and_more(count: usize) -> String {
    format!("and {count} more")
}

/// Metadata with values cut as far as necessary. Earlier entries win over later ones, also of the
/// same key.
pub(crate) fn metadata(entries: &[(String, String)]) -> HashMap<String, String> {
    let size = |(key, value): &(String, String)| key.len() + value.len() + FRAME;
    let mut kept = Vec::new();
    for longest in METADATA_CUTS {
        kept = entries.iter().map(|(key, value)| (cut(key, 64), cut(value, longest))).collect();
        if kept.iter().map(size).sum::<usize>() <= METADATA {
            break;
        }
    }
    let mut used = 0;
    let fits = |entry: &(String, String)| {
        used += size(entry);
        used <= METADATA
    };
    let kept: Vec<_> = kept.into_iter().take_while(fits).collect();
    kept.into_iter().rev().collect()
}

/// The elements of a list that fit into the rest of the status, and how many are omitted, if any.
///
/// `render` gives an element of a size, and how many bytes its texts have.
pub(crate) fn list<T, V>(
    rest: &Status,
    all: &[T],
    render: impl Fn(&T, Size) -> (V, usize),
) -> (Vec<V>, Option<usize>) {
    let capacity = STATUS.saturating_sub(on_wire(rest)) * 3 / 4;
    let capacity = capacity.saturating_sub(LIST + FRAME + and_more(all.len()).len());
    let mut listed = Vec::new();
    for (at, size) in SIZES.into_iter().enumerate() {
        let mut used = 0;
        let fits = |(element, bytes): (V, usize)| {
            used += bytes + FRAME;
            (used <= capacity).then_some(element)
        };
        let some = all.iter().take(LONGEST_LIST).map(|it| render(it, size));
        listed = some.map_while(fits).collect();
        if listed.len() == all.len() {
            return (listed, None);
        }
        if at >= LAST && !listed.is_empty() {
            break;
        }
    }
    let omitted = all.len() - listed.len();
    (listed, Some(omitted))
}
