import Foundation
import Media
import Raster

/// Where the labels of a run go.
package enum LabelDestination: Sendable, Equatable {
    /// `labels/000000.png` and so on.
    case files
    /// The standard output: a line of JSON, then the ids of each frame, 8 or 16 bits each, rows from the top.
    case standardOutput
}

/// Labels of a run, by the numbers of their frames.
final class LabelFolder {
    private let folder: String
    private let writer: LabelWriter
    private let destination: LabelDestination
    private let isWide: Bool
    private var last: LabelMap?

    /// What a program has to know that reads raw labels.
    private struct Header: Encodable {
        let width, height: Int
        /// The name that NumPy has for a pixel's type.
        let dtype: String
        let classes: [String]
    }

    /// Opens the folder, or begins the output with its header.
    ///
    /// - Throws: a sentence, if nothing can be written.
    init(
        _ folder: String, _ palette: Palette, _ destination: LabelDestination, width: Int, height: Int,
        classNames: [String]
    ) throws {
        (self.folder, self.destination) = (folder, destination)
        writer = LabelWriter(palette: palette)
        isWide = classNames.count > 255
        guard destination == .standardOutput else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let header = Header(width: width, height: height, dtype: isWide ? "<u2" : "|u1", classes: classNames)
        try write(encoder.encode(header) + Data("\n".utf8))
    }

    /// Writes the labels of a frame.
    func write(_ map: LabelMap, of frame: Int) throws {
        last = map
        switch destination {
        case .files: try writer.write(map, to: path(frame))
        case .standardOutput:
            try write(
                isWide
                    ? Data(map.labels.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
                    : Data(map.labels.map { UInt8(truncatingIfNeeded: $0) }))
        }
    }

    /// Writes the last labels once more; false, if there are none.
    func repeatLast(as frame: Int) throws -> Bool {
        guard let last else { return false }
        try write(last, of: frame)
        return true
    }

    /// The labels of a frame that was written before.
    func read(_ frame: Int) throws -> LabelMap {
        let map = try readLabels(at: path(frame))
        last = map
        return map
    }

    private func path(_ frame: Int) -> String { folder + String(format: "/%06d.png", frame) }

    private func write(_ data: Data) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            throw DittaError("labels cannot be written to the standard output; whoever read them has stopped")
        }
    }
}
