import DittaKit
import Foundation

/// An array in NumPy's file format, as far as the comparison with other runtimes needs it.
struct NumpyFile {
    let shape: [Int]
    private let type: String
    private let data: Data

    /// Reads a file that holds one array of little-endian numbers in C order.
    init(path: String) throws {
        let file = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        let problem = DittaError("\(path): expected an array as numpy.save writes it")
        guard file.count > 10, file.prefix(6) == Data([0x93] + Array("NUMPY".utf8)), file[6] == 1 else { throw problem }
        let length = 10 + Int(file[8]) + 256 * Int(file[9])
        guard file.count >= length, let header = String(data: file[10..<length], encoding: .utf8) else { throw problem }
        guard header.contains("'fortran_order': False"),
            let type = header.firstMatch(of: /'descr': '([^']*)'/)?.1,
            let extents = header.firstMatch(of: /'shape': \(([0-9, ]*)\)/)?.1
        else { throw problem }
        shape = extents.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        self.type = String(type)
        data = file.dropFirst(length)
    }

    /// The numbers, row-major: float32 or int64 as the caller says.
    func values<Number>(_: Number.Type) throws -> [Number] {
        let expected = Number.self == Float.self ? "<f4" : "<i8"
        let size = MemoryLayout<Number>.size
        guard type == expected, data.count == shape.reduce(size, *) else {
            throw DittaError("expected an array of \(expected), found \(type) \(shape)")
        }
        return unsafe [Number](unsafeUninitializedCapacity: data.count / size) { buffer, count in
            _ = unsafe data.copyBytes(to: buffer)
            count = data.count / size
        }
    }
}
