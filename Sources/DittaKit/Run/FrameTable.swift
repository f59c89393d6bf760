import Foundation
import Raster

/// `frames.csv`: a line for each frame of the source, from where its label came or why it has none.
///
/// It grows under a temporary name until it is whole.
final class FrameTable {
    /// The name of the file.
    static let name = "frames.csv"

    /// Numbers of frames without a label, from `first` to `last`.
    struct Hole: Sendable, Equatable {
        let first: Int
        var last: Int
    }

    /// Frames without a label, in runs of numbers that follow each other.
    private(set) var holes: [Hole] = []
    /// Frames that could not be decoded, whether or not they have a label.
    private(set) var missing = 0

    private let file: FileHandle
    private let path, temporary: String
    private let rate: Double
    private var lines = "frame,time,packet,state,warm_up\n"
    private var lastTime = 0.0

    /// Begins the file in a folder; `rate` is the source's, in frames per second.
    ///
    /// - Throws: a sentence, if it cannot be written.
    init(in folder: String, rate: Double) throws {
        (path, self.rate) = (folder + "/" + Self.name, rate)
        temporary = path + ".part"
        guard FileManager.default.createFile(atPath: temporary, contents: nil),
            let file = FileHandle(forWritingAtPath: temporary)
        else { throw DittaError("\(path): cannot be written") }
        self.file = file
    }

    /// Adds a frame that was decoded.
    func add(_ frame: Frame, isWarmUp: Bool) throws {
        lastTime = frame.time
        try line(frame.index, frame.time, frame.packet, frame.isDamaged ? "damaged" : "decoded", isWarmUp)
    }

    /// Adds a frame that could not be; `repeated` if it has the label of the frame before.
    ///
    /// Its time is not known: it is told from how far it is from the frame that follows, or from the last one.
    func add(_ frame: MissingFrame, before next: Frame?, repeated: Bool) throws {
        missing += 1
        if !repeated {
            if holes.last?.last == frame.index - 1 {
                holes[holes.count - 1].last = frame.index
            } else {
                holes.append(Hole(first: frame.index, last: frame.index))
            }
        }
        let time = next.map { max($0.time - Double($0.index - frame.index) / rate, lastTime) }
        try line(frame.index, time, frame.packet, repeated ? "repeated" : "missing", false)
    }

    /// Writes what is held back, and gives the file its name.
    func finish() throws {
        try write()
        try file.close()
        guard unsafe rename(temporary, path) == 0 else { throw DittaError("\(path): cannot be written") }
    }

    private func line(_ index: Int, _ time: Double?, _ packet: Int?, _ state: String, _ isWarmUp: Bool) throws {
        let time = time.map { String(format: "%.6f", $0) } ?? ""
        lines += "\(index),\(time),\(packet.map(String.init) ?? ""),\(state),\(isWarmUp ? 1 : 0)\n"
        if lines.utf8.count > 1 << 16 { try write() }
    }

    private func write() throws {
        do {
            try file.write(contentsOf: Data(lines.utf8))
            lines = ""
        } catch {
            throw DittaError("\(path): cannot be written")
        }
    }
}
