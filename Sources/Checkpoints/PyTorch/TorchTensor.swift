import Foundation
import Tensors

/// A storage that a pickle refers to: numbers in an entry of the archive.
struct TorchStorage: Sendable {
    /// How they are stored; nil where the tensor says it.
    let format: NumberFormat?
    /// The entry's name below `data/`.
    let key: String
    /// How many numbers there are, or bytes where no format is known.
    let count: Int
}

/// A tensor that a pickle describes: a view of a storage.
///
/// It is checked when it is made, so that reading it touches no number twice and none outside of the storage.
struct TorchTensor: Sendable {
    let format: NumberFormat
    let key: String
    let shape: [Int]
    private let storageCount, offset: Int
    private let strides: [Int]

    /// Makes a view of a storage, or gives nil if it is none.
    ///
    /// Its numbers may lie in any order, but views that repeat numbers (strides of 0) are refused: a small file could make a
    /// large tensor of them.
    init?(_ storage: TorchStorage, format: NumberFormat?, offset: Int, shape: [Int], strides: [Int]) {
        guard let format = format ?? storage.format, shape.count == strides.count, offset >= 0 else { return nil }
        let count = storage.format == nil ? storage.count / format.width : storage.count
        guard let bytes = format.bytes(of: shape), bytes / format.width <= count else { return nil }
        if bytes > 0 {
            var last = offset
            for (extent, stride) in zip(shape, strides) {
                let (step, overflow) = stride.multipliedReportingOverflow(by: extent - 1)
                let (sum, beyond) = last.addingReportingOverflow(step)
                guard !overflow, !beyond, stride >= 0, stride > 0 || extent == 1 else { return nil }
                last = sum
            }
            guard last < count else { return nil }
        }
        (self.format, key, storageCount) = (format, storage.key, count)
        (self.shape, self.offset) = (shape, offset)
        // Steps along sides of one are never taken, and might be of any length.
        self.strides = zip(shape, strides).map { $0 == 1 ? 0 : $1 }
    }

    /// The size of the entry that holds the storage.
    var storageBytes: Int? { format.bytes(of: [storageCount]) }

    /// Reads the numbers as float32, or gives nil for a format that no weights come in.
    ///
    /// - Parameters:
    ///   - bytes: the whole storage.
    ///   - isBigEndian: whether a number's highest byte comes first.
    /// - Returns: the tensor, contiguous, or nil if its numbers cannot be weights.
    func read(_ bytes: Data, isBigEndian: Bool) -> Tensor? {
        let count = shape.reduce(1, *)
        if isContiguous {
            let start = bytes.startIndex + offset * format.width
            let own = count == 0 ? Data() : bytes[start..<start + count * format.width]
            return format.tensor(own, shape, isBigEndian: isBigEndian)
        }
        guard let values = format.tensor(bytes, [storageCount], isBigEndian: isBigEndian)?.values else { return nil }
        var result: [Float] = []
        result.reserveCapacity(count)
        var index = [Int](repeating: 0, count: shape.count)
        var place = offset
        for _ in 0..<count {
            result.append(values[place])
            for dimension in shape.indices.reversed() {
                index[dimension] += 1
                place += strides[dimension]
                if index[dimension] < shape[dimension] { break }
                place -= strides[dimension] * shape[dimension]
                index[dimension] = 0
            }
        }
        return Tensor(result, shape)
    }

    /// Whether the numbers lie one after another.
    private var isContiguous: Bool {
        if shape.contains(0) { return true }
        var expected = 1
        for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
            if stride != expected { return false }
            expected *= extent
        }
        return true
    }
}
