import Foundation

/// A PNG file whose chunks have the checksums that fit them, so that changed bytes are not refused before they are looked at.
///
/// What is no PNG file, and what breaks off, stays as it is.
func withChecksums(_ data: Data) -> Data {
    var bytes = [UInt8](data)
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return data }
    var start = 8
    while start + 12 <= bytes.count {
        let end = start + 8 + bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        guard end + 4 <= bytes.count else { break }
        var sum = UInt32.max
        for byte in bytes[start + 4..<end] {
            let index = UInt8(truncatingIfNeeded: sum) ^ byte
            sum = sum >> 8 ^ checksums[Int(index)]
        }
        sum = ~sum
        for place in 0..<4 { bytes[end + place] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * place)) }
        start = end + 4
    }
    return Data(bytes)
}

/// What eight steps of the checksum make of every byte.
private let checksums: [UInt32] = (0..<256).map { byte in
    var sum = UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    return sum
}
