/// Sorts keys, and says where each of them was; equal ones stay in their order.
///
/// - Parameter keys: any numbers, at most `Int32.max`.
/// - Returns: the keys ascending, and for each its place in `keys`.
func radixSorted(_ keys: [UInt64]) -> (keys: [UInt64], places: [Int32]) {
    let digits = 11
    var (keys, places) = (keys, (0..<Int32(keys.count)).map(\.self))
    var (sortedKeys, sortedPlaces) = (keys, places)
    // Digits that all keys share, as those of a scene's far ends are, need no pass.
    let differing = keys.reduce(0) { $0 | ($1 ^ keys[0]) }
    for shift in stride(from: 0, to: UInt64.bitWidth, by: digits) {
        let mask: UInt64 = 1 << UInt64(digits) - 1
        guard differing >> UInt64(shift) & mask != 0 else { continue }
        var starts = [Int](repeating: 0, count: 1 << digits)
        for key in keys { starts[Int(key >> UInt64(shift) & mask)] += 1 }
        var sum = 0
        for digit in starts.indices { (starts[digit], sum) = (sum, sum + starts[digit]) }
        for index in keys.indices {
            let digit = Int(keys[index] >> UInt64(shift) & mask)
            sortedKeys[starts[digit]] = keys[index]
            sortedPlaces[starts[digit]] = places[index]
            starts[digit] += 1
        }
        swap(&keys, &sortedKeys)
        swap(&places, &sortedPlaces)
    }
    return (keys, places)
}

/// The runs of equal keys.
///
/// - Parameter keys: numbers in ascending order.
/// - Returns: each number once; where its run begins, and at last where all end; and for each place the number of its run.
func runs(_ keys: [UInt64]) -> (keys: [UInt64], starts: [Int], runs: [Int32]) {
    var (distinct, starts, runs) = ([UInt64](), [Int](), [Int32]())
    runs.reserveCapacity(keys.count)
    for (place, key) in keys.enumerated() {
        if distinct.last != key {
            distinct.append(key)
            starts.append(place)
        }
        runs.append(Int32(distinct.count - 1))
    }
    return (distinct, starts + [keys.count], runs)
}
