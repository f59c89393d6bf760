import Foundation

/// The directory of a zip archive whose entries are stored as they are: where each lies in the file.
///
/// A reader of its own, because torch.save compresses nothing: a directory is all there is to read, the values stay mapped, and
/// a library would copy them. Zip64 is read, for archives beyond 4 GB. Nothing in the file is trusted.
/// Source: PKWARE, "APPNOTE", 4.3.
struct ZipDirectory: Sendable {
    /// What the directory says of an entry.
    private struct Entry {
        let header, size, method, flags: Int
        /// Where the next one, or the directory, begins.
        var end = 0
    }

    private let data: Data
    private let path: String
    private var entries: [String: Entry] = [:]

    /// Reads the directory at the end of a mapped file.
    ///
    /// - Throws: if there is none, or its entries overlap or leave the file.
    init(_ data: Data, path: String) throws(CheckpointError) {
        (self.data, self.path) = (data, path)
        let directory = try Self.place(data, path)
        var next = directory.lowerBound
        var headers = [directory.lowerBound]
        while next < directory.upperBound {
            guard data.number(next, 4) == 0x0201_4B50, let entry = Self.entry(data, next),
                let lengths = Self.lengths(data, next), next + 46 + lengths.reduce(0, +) <= directory.upperBound
            else { throw Self.broken(path, "its directory cannot be read at byte \(next)") }
            let name = String(decoding: data[next + 46..<next + 46 + lengths[0]], as: UTF8.self)
            guard entries.updateValue(entry, forKey: name) == nil else {
                throw Self.broken(path, "it has two entries '\(name)'")
            }
            headers.append(entry.header)
            next += 46 + lengths.reduce(0, +)
        }
        headers.sort()
        let ends = Dictionary(zip(headers, headers.dropFirst()), uniquingKeysWith: min)
        for (name, entry) in entries {
            // Entries of equal offsets get that offset as their end, so that the check refuses them.
            guard let end = ends[entry.header], end <= directory.lowerBound, entry.size <= end - entry.header - 30
            else {
                throw Self.broken(path, "entry '\(name)' of \(entry.size) bytes overlaps another or leaves the file")
            }
            entries[name]?.end = end
        }
    }

    /// The names of all entries.
    var names: [String] { Array(entries.keys) }

    /// The bytes of an entry, still mapped, or nil if there is none of that name.
    ///
    /// - Throws: if it is compressed, encrypted or misplaced.
    func contents(of name: String) throws(CheckpointError) -> Data? {
        guard let entry = entries[name] else { return nil }
        guard entry.method == 0, entry.flags & 1 == 0 else {
            throw Self.broken(
                path, "entry '\(name)' is compressed or encrypted; torch.save stores its entries as they are")
        }
        guard data.number(entry.header, 4) == 0x0403_4B50, let nameLength = data.number(entry.header + 26, 2),
            let extraLength = data.number(entry.header + 28, 2)
        else { throw Self.broken(path, "entry '\(name)' has no header") }
        // The extra field pads the values to an alignment; its length here is not the directory's.
        let start = entry.header + 30 + nameLength + extraLength
        guard start <= entry.end, entry.size <= entry.end - start else {
            throw Self.broken(path, "entry '\(name)' of \(entry.size) bytes overlaps another")
        }
        return data[start..<start + entry.size]
    }

    private static func broken(_ path: String, _ what: String) -> CheckpointError {
        CheckpointError("\(path): is a broken or truncated archive: \(what)")
    }

    /// The directory's bytes.
    private static func place(_ data: Data, _ path: String) throws(CheckpointError) -> Range<Int> {
        // The end record is 22 bytes and a comment of at most 65535.
        let last = data.count - 22
        let candidates = stride(from: last, through: max(last - 65_535, 0), by: -1)
        guard let end = candidates.first(where: { data[$0] == 0x50 && data.number($0, 4) == 0x0605_4B50 }),
            let shortSize = data.number(end + 12, 4), let shortStart = data.number(end + 16, 4)
        else { throw broken(path, "it has no directory at its end") }
        var (size, start) = (shortSize, shortStart)
        if size == 0xFFFF_FFFF || start == 0xFFFF_FFFF || data.number(end + 10, 2) == 0xFFFF {
            guard data.number(end - 20, 4) == 0x0706_4B50, let large = data.number(end - 12, 8),
                data.number(large, 4) == 0x0606_4B50, let largeSize = data.number(large + 40, 8),
                let largeStart = data.number(large + 48, 8)
            else { throw broken(path, "its zip64 directory cannot be read") }
            (size, start) = (largeSize, largeStart)
        }
        guard start <= end, size <= end - start else {
            throw broken(path, "its directory of \(size) bytes at \(start) leaves the file of \(data.count)")
        }
        return start..<start + size
    }

    /// The lengths of an entry's name, extra field and comment.
    private static func lengths(_ data: Data, _ place: Int) -> [Int]? {
        guard let name = data.number(place + 28, 2), let extra = data.number(place + 30, 2),
            let comment = data.number(place + 32, 2)
        else { return nil }
        return [name, extra, comment]
    }

    private static func entry(_ data: Data, _ place: Int) -> Entry? {
        guard let flags = data.number(place + 8, 2), let method = data.number(place + 10, 2),
            let stored = data.number(place + 20, 4), let size = data.number(place + 24, 4),
            let header = data.number(place + 42, 4), let lengths = lengths(data, place)
        else { return nil }
        var values = [size, stored, header]
        // A 32-bit size or offset of 0xFFFFFFFF means that the zip64 field holds the real value; values come in this
        // order.
        if values.contains(0xFFFF_FFFF) {
            let extra = place + 46 + lengths[0]
            guard var next = zip64(data, extra..<extra + lengths[1]) else { return nil }
            for index in values.indices where values[index] == 0xFFFF_FFFF {
                guard let value = data.number(next.lowerBound, 8), next.count >= 8 else { return nil }
                values[index] = value
                next = next.lowerBound + 8..<next.upperBound
            }
        }
        // Stored as they are, both sizes are the same; what is compressed is refused by its method.
        guard method != 0 || values[0] == values[1] else { return nil }
        return Entry(header: values[2], size: values[1], method: method, flags: flags)
    }

    /// The zip64 field among the extra ones.
    private static func zip64(_ data: Data, _ extra: Range<Int>) -> Range<Int>? {
        var next = extra.lowerBound
        while next + 4 <= extra.upperBound {
            guard let id = data.number(next, 2), let length = data.number(next + 2, 2),
                next + 4 + length <= extra.upperBound
            else { return nil }
            if id == 1 { return next + 4..<next + 4 + length }
            next += 4 + length
        }
        return nil
    }
}

extension Data {
    /// The little-endian number of so many bytes at a place, or nil if they are not there or it is beyond all sizes.
    fileprivate func number(_ place: Int, _ bytes: Int) -> Int? {
        guard place >= 0, place <= count - bytes else { return nil }
        let value = self[place..<place + bytes].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(exactly: value)
    }
}
