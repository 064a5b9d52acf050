//! MD4 (RFC 1320), broken long ago, for the hashes that are made of it.

/// The digest of some bytes.
pub(super) fn digest(message: &[u8]) -> [u8; 16] {
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let bits = (message.len() as u64).wrapping_mul(8);
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&bits.to_le_bytes());
    let (blocks, _) = padded.as_chunks::<64>();
    for block in blocks {
        let (words, _) = block.as_chunks::<4>();
        let mut read = [0; 16];
        for (to, from) in read.iter_mut().zip(words) {
            *to = u32::from_le_bytes(*from);
        }
        compress(&mut state, &read);
    }
    let mut digest = [0; 16];
    for (to, from) in digest.chunks_exact_mut(4).zip(state) {
        to.copy_from_slice(&from.to_le_bytes());
    }
    digest
}

/// One block (§3.4). In each step the four words change places.
fn compress(state: &mut [u32; 4], words: &[u32; 16]) {
    type Mix = fn(u32, u32, u32) -> u32;
    let rounds: [(Mix, u32, [u32; 4], [usize; 16]); 3] = [
        (
            |x, y, z| x & y | !x & z,
            0,
            [3, 7, 11, 19],
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        ),
        (
            |x, y, z| x & y | x & z | y & z,
            0x5a82_7999,
            [3, 5, 9, 13],
            [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
        ),
        (
            |x, y, z| x ^ y ^ z,
            0x6ed9_eba1,
            [3, 9, 11, 15],
            [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
        ),
    ];
    let [mut a, mut b, mut c, mut d] = *state;
    for (mix, constant, shifts, order) in rounds {
        for (word, shift) in order.into_iter().zip(shifts.into_iter().cycle()) {
            let sum = a
                .wrapping_add(mix(b, c, d))
                .wrapping_add(words[word])
                .wrapping_add(constant);
            (a, b, c, d) = (d, sum.rotate_left(shift), b, c);
        }
    }
    for (kept, found) in state.iter_mut().zip([a, b, c, d]) {
        *kept = kept.wrapping_add(found);
    }
}
