//! Brotli and zstd, with the data as it is: a client that never asked for them must refuse the
//! encoding, however well it compresses.

/// Returns a brotli stream of uncompressed meta-blocks (RFC 7932, section 9.2).
pub(crate) fn brotli(data: &[u8]) -> Vec<u8> {
    let mut stream = Vec::with_capacity(data.len() + 64);
    // The stream begins with a bit for a window of 64 KiB.
    let mut start = 1;
    for block in data.chunks(1 << 16) {
        // Not the last; a length of four nibbles, minus one; uncompressed; and padding.
        let head = ((block.len() - 1) << 3 | 1 << 19) << start;
        stream.extend(head.to_le_bytes().iter().take(3));
        stream.extend(block);
        start = 0;
    }
    // The last meta-block is empty.
    stream.push(0b11 << start);
    stream
}

/// Returns a zstd frame of raw blocks (RFC 8878, section 3.1.1).
pub(crate) fn zstd(data: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd];
    // A single segment, with its length in eight bytes.
    frame.push(0b1110_0000);
    frame.extend((data.len() as u64).to_le_bytes());
    for block in data.chunks(1 << 17) {
        frame.extend((block.len() << 3).to_le_bytes().iter().take(3));
        frame.extend(block);
    }
    // The last block is empty.
    frame.extend([1, 0, 0]);
    frame
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    #[test]
    fn any_length_is_read_back() {
        for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073, 400_000] {
            let data: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
            let mut read = Vec::new();
            let stream = super::brotli(&data);
            brotli_decompressor::Decompressor::new(&*stream, 4_096).read_to_end(&mut read).unwrap();
            assert!(read == data, "brotli, {length} bytes");
            read.clear();
            let frame = super::zstd(&data);
            let mut decoder = ruzstd::decoding::StreamingDecoder::new(&*frame).unwrap();
            decoder.read_to_end(&mut read).unwrap();
            assert!(read == data, "zstd, {length} bytes");
        }
    }
}
