/// A number for each of many pairs of numbers, by open addressing in two arrays: merging regions is mostly looking up here, and
/// a dictionary's hashing would be most of that.
struct PairTable {
    /// 0 where there is nothing, else 1 more than the pair's key.
    private var keys: [UInt64]
    private var numbers: [Int32]
    private let shift: UInt64

    /// Makes an empty table that never holds more than so many pairs.
    init(capacity: Int) {
        var bits = 4
        while 1 << bits < 2 * capacity { bits += 1 }
        keys = [UInt64](repeating: 0, count: 1 << bits)
        numbers = [Int32](repeating: 0, count: 1 << bits)
        shift = UInt64(64 - bits)
    }

    /// The number of a pair, whichever of the two comes first; nil if there is none.
    subscript(a: Int32, b: Int32) -> Int32? {
        let place = place(of: key(a, b))
        return keys[place] == 0 ? nil : numbers[place]
    }

    /// Gives a pair its number.
    mutating func insert(_ a: Int32, _ b: Int32, _ number: Int32) {
        let key = key(a, b)
        let place = place(of: key)
        (keys[place], numbers[place]) = (key, number)
    }

    /// Takes a pair out that is there.
    mutating func remove(_ a: Int32, _ b: Int32) {
        var hole = place(of: key(a, b))
        var next = hole
        // What lies behind moves up unless it would come before the place where its search begins.
        while true {
            next = (next + 1) & (keys.count - 1)
            guard keys[next] != 0 else { break }
            let wanted = start(of: keys[next])
            guard (next - wanted) & (keys.count - 1) >= (next - hole) & (keys.count - 1) else { continue }
            (keys[hole], numbers[hole]) = (keys[next], numbers[next])
            hole = next
        }
        keys[hole] = 0
    }

    private func key(_ a: Int32, _ b: Int32) -> UInt64 { UInt64(min(a, b)) << 32 + UInt64(max(a, b)) + 1 }

    private func start(of key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }

    /// Where a key is, or the free place where it would be.
    private func place(of key: UInt64) -> Int {
        var place = start(of: key)
        while keys[place] != 0 && keys[place] != key { place = (place + 1) & (keys.count - 1) }
        return place
    }
}
