/// Whether a name comes before another as people count: `frame2` before `frame10`.
///
/// Runs of digits compare by value, everything else byte by byte; names that are equal so far compare as text.
package func naturallyPrecedes(_ first: String, _ second: String) -> Bool {
    var (a, b) = (Array(first.utf8)[...], Array(second.utf8)[...])
    while let x = a.first, let y = b.first {
        if isDigit(x), isDigit(y) {
            let (m, n) = (takeNumber(&a), takeNumber(&b))
            if m.count != n.count { return m.count < n.count }
            if !m.elementsEqual(n) { return m.lexicographicallyPrecedes(n) }
        } else {
            if x != y { return x < y }
            a.removeFirst()
            b.removeFirst()
        }
    }
    if a.isEmpty != b.isEmpty { return a.isEmpty }
    return first < second
}

private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

/// Takes a run of digits off the front and returns it without leading zeros, so longer means larger.
private func takeNumber(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = text.prefix(while: isDigit)
    text = text.dropFirst(digits.count)
    return digits.drop { $0 == UInt8(ascii: "0") }
}
