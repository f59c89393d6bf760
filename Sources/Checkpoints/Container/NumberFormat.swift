import Foundation
import Tensors

/// How a file stores numbers, under the names that safetensors gives the formats.
enum NumberFormat: String, Sendable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"
    case complex64 = "C64"
    case complex128 = "C128"

    /// The bytes of one number.
    var width: Int {
        switch self {
        case .complex128: 16
        case .float64, .int64, .uint64, .complex64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    /// Whether a network's weights may come in it.
    var isReadable: Bool { [.float32, .float16, .bfloat16].contains(self) }

    /// The bytes of so many numbers of a shape, or nil if no memory has as many.
    func bytes(of shape: [Int]) -> Int? {
        var size = width
        for extent in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard !overflow, product >= 0 else { return nil }
            size = product
        }
        return size
    }

    /// Reads numbers as float32, or gives nil for a format that no weights come in.
    ///
    /// - Parameters:
    ///   - bytes: as many as the shape needs, wherever they lie.
    ///   - shape: the extents of the tensor.
    ///   - isBigEndian: whether a number's highest byte comes first.
    /// - Returns: the tensor, or nil if its numbers cannot be weights.
    func tensor(_ bytes: Data, _ shape: [Int], isBigEndian: Bool = false) -> Tensor? {
        guard isReadable else { return nil }
        let result = Tensor(uninitialized: shape)
        precondition(bytes.count == result.count * width, "\(bytes.count) bytes for \(rawValue) \(shape)")
        switch self {
        case .float32: fill(result, bytes, UInt32.self, isBigEndian) { Float(bitPattern: $0) }
        case .bfloat16: fill(result, bytes, UInt16.self, isBigEndian) { Float(bitPattern: UInt32($0) << 16) }
        default: fill(result, bytes, UInt16.self, isBigEndian, float(half:))
        }
        return result
    }

    @inline(__always)
    private func fill<Word: FixedWidthInteger>(
        _ result: Tensor, _ bytes: Data, _: Word.Type, _ isBigEndian: Bool, _ value: (Word) -> Float
    ) {
        let target = unsafe result.pointer
        unsafe bytes.withUnsafeBytes { buffer in
            for index in 0..<result.count {
                let word = unsafe buffer.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
                unsafe target[index] = value(isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word))
            }
        }
    }
}

/// A half-precision number's value; spelled out because Swift's Float16 is missing on Intel Macs.
private func float(half bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction) * sign
    }
}
