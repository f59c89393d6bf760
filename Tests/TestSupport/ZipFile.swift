package import Foundation

/// A zip archive put together from bytes, right or wrong in whatever way a test wants.
package struct ZipFile {
    /// One entry.
    package struct Entry {
        /// Its name.
        package var name: String
        /// Its bytes, stored as they are.
        package var bytes: Data
        /// How it says to be compressed: 0 for not at all.
        package var method: UInt16 = 0
        /// The size that the directory tells; nil for the bytes' own.
        package var size: UInt32?
        /// The place that the directory tells; nil for its own.
        package var place: UInt32?

        /// Makes an entry.
        package init(_ name: String, _ bytes: Data) {
            (self.name, self.bytes) = (name, bytes)
        }
    }

    /// The entries in the order they lie.
    package var entries: [Entry]

    /// Makes an archive.
    package init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// An archive of torch.save with a pickle and storages.
    package init(pickle: Data, storages: [String: Data] = [:]) {
        entries = [Entry("x/data.pkl", pickle)]
        for (key, bytes) in storages.sorted(by: { $0.key < $1.key }) { entries.append(Entry("x/data/\(key)", bytes)) }
    }

    /// The archive's bytes.
    package var data: Data {
        var (values, directory) = (Data(), Data())
        for entry in entries {
            let name = Data(entry.name.utf8)
            let size = entry.size ?? UInt32(entry.bytes.count)
            let lengths = littleEndian([0, size, size] as [UInt32]) + littleEndian([UInt16(name.count), 0])
            let kind = littleEndian([20, 0, entry.method, 0, 0] as [UInt16])
            directory += littleEndian([0x0201_4B50 as UInt32]) + littleEndian([20 as UInt16]) + kind + lengths
            directory += Data(count: 10) + littleEndian([entry.place ?? UInt32(values.count)]) + name
            values += littleEndian([0x0403_4B50 as UInt32]) + kind + lengths + name + entry.bytes
        }
        let count = UInt16(entries.count)
        let end = littleEndian([0x0605_4B50, 0] as [UInt32]) + littleEndian([count, count])
        return values + directory + end + littleEndian([UInt32(directory.count), UInt32(values.count)]) + Data(count: 2)
    }
}
