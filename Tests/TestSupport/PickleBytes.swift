package import Foundation

/// Pickles put together from their instructions.
package struct PickleBytes {
    /// The bytes so far.
    package private(set) var data = Data([0x80, 2])

    /// Begins a pickle.
    package init() {}

    /// Adds instructions as they are.
    package mutating func raw(_ bytes: String) { data += Data(bytes.utf8) }

    /// Adds instructions that are no text.
    package mutating func raw(_ bytes: [UInt8]) { data += Data(bytes) }

    /// Adds a text.
    package mutating func text(_ text: String) {
        data += Data([UInt8(ascii: "X")]) + littleEndian([UInt32(text.utf8.count)]) + Data(text.utf8)
    }

    /// Adds a whole number.
    package mutating func integer(_ number: Int) {
        data += Data([0x8A, 8]) + littleEndian([Int64(number)])
    }

    /// Adds a tuple of whole numbers.
    package mutating func tuple(_ numbers: [Int]) {
        raw("(")
        for number in numbers { integer(number) }
        raw("t")
    }

    /// Adds a tensor: a view of a storage of single-precision numbers.
    package mutating func tensor(_ shape: [Int], strides: [Int], offset: Int = 0, of count: Int, key: String = "0") {
        raw("ctorch._utils\n_rebuild_tensor_v2\n((")
        text("storage")
        raw("ctorch\nFloatStorage\n")
        text(key)
        text("cpu")
        integer(count)
        raw("tQ")
        integer(offset)
        tuple(shape)
        tuple(strides)
        raw("tR")
    }
}
