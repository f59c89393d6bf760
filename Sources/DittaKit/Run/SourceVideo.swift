import Foundation
import Media
import Raster

/// The video of a run: read once for the warm-up and once for labels if it is a file, once altogether if it is a stream.
struct SourceVideo: Sendable {
    private let path: String
    /// What was typed.
    private let name: String
    /// Whether it comes once, and nobody knows how long it is.
    let isStream: Bool
    /// The frames of the selection, as far as the file says; nil for a stream.
    let frames: Int?
    let selection: FrameSelection
    private let identity: FileIdentity?

    /// Looks at a video and counts its frames.
    ///
    /// - Throws: a sentence, if there is none, or it is no video.
    init(_ settings: VideoRun.Settings) throws {
        (path, name, selection) = (settings.video, settings.name, settings.selection)
        isStream = isStreamed(path)
        guard !isStream else {
            (frames, identity) = (nil, nil)
            return
        }
        identity = try FileIdentity(ofVideo: path)
        let (all, rate) = try measureFrames(at: path)
        let count = selection.count(of: all, rate: rate)
        // A video without any frame says so itself when it is opened.
        guard count > 0 || all == 0 else {
            throw DittaError("\(name): has \(all) frames (\(seconds(Double(all) / rate))), none behind --start")
        }
        frames = count
    }

    /// Opens it at its beginning.
    ///
    /// - Throws: a sentence, if it is another file by now.
    func open() throws -> sending any FrameSource {
        let source = try openFrames(at: path)
        try check()
        return selection == FrameSelection() ? source : SelectedFrames(source, selection)
    }

    /// Makes sure that the file is the one that was counted.
    ///
    /// - Throws: a sentence, if it is not.
    func check() throws {
        guard let identity, try FileIdentity(ofVideo: path) != identity else { return }
        throw DittaError("\(name): has changed since the run began; labels of two videos shall not be mixed")
    }

    /// Tells this video from others: names, sizes and beginnings, middles and ends of its files.
    func hash() throws -> String {
        let hash = ContentHash()
        for file in try sourceFiles(at: path) {
            hash.add((file as NSString).lastPathComponent)
            try hash.add(fileAt: file, sampling: 1 << 20)
        }
        return hash.finish()
    }
}

/// What all frames of a source have in common.
struct SourceShape {
    /// Of every frame, in pixels.
    let width, height: Int
    /// Frames per second, on average.
    let averageFrameRate: Double

    init(_ source: any FrameSource) {
        (width, height, averageFrameRate) = (source.width, source.height, source.averageFrameRate)
    }
}

/// Frames that were read before, and then those that come.
final class ReplayedFrames: FrameSource {
    private let source: any FrameSource
    private var held: ArraySlice<Frame>

    /// Gives held frames, then those of a source that is behind them.
    init(_ held: [Frame], _ source: any FrameSource) { (self.held, self.source) = (held[...], source) }

    var name: String { source.name }
    var width: Int { source.width }
    var height: Int { source.height }
    var averageFrameRate: Double { source.averageFrameRate }
    var damagedPackets: Int { source.damagedPackets }
    var notes: [String] { source.notes }
    var missingAtEnd: [MissingFrame] { source.missingAtEnd }
    var promisedAtEnd: Int { source.promisedAtEnd }

    func next() throws(MediaError) -> Frame? {
        if let frame = held.popFirst() { return frame }
        return try source.next()
    }
}

/// Seconds as people say them.
func seconds(_ seconds: Double) -> String { String(format: "%.4g s", seconds) }
