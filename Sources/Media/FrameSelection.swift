package import Raster

/// A place or a length in a video: in seconds, or in frames of the source.
public enum VideoSpan: Sendable, Equatable {
    /// Frames of the source.
    case frames(Int)
    /// Seconds since the first frame.
    case seconds(Double)

    /// How many frames it comes to.
    package func frames(at rate: Double) -> Int {
        switch self {
        case .frames(let count): count
        case .seconds(let seconds): Int(min((seconds * rate).rounded(), 1e15))
        }
    }

    /// Whether a frame is at this place or behind it.
    func isReached(by index: Int, at time: Double) -> Bool {
        switch self {
        case .frames(let count): index >= count
        case .seconds(let seconds): time >= seconds - 1e-9
        }
    }
}

/// Which frames of a video are looked at.
public struct FrameSelection: Sendable, Equatable {
    /// The first of them.
    public var start: VideoSpan?
    /// How long it goes on from there.
    public var duration: VideoSpan?
    /// One frame in so many is taken.
    public var stride: Int

    /// Selects frames; all, if nothing is given.
    public init(start: VideoSpan? = nil, duration: VideoSpan? = nil, stride: Int = 1) {
        precondition(stride > 0, "one frame in \(stride)")
        (self.start, self.duration, self.stride) = (start, duration, stride)
    }

    /// About how many frames are taken of so many.
    package func count(of frames: Int, rate: Double) -> Int {
        let left = max(frames - (start?.frames(at: rate) ?? 0), 0)
        let length = min(left, duration?.frames(at: rate) ?? left)
        return (length + stride - 1) / stride
    }
}

/// Some frames of a source, with their numbers and times in it.
package final class SelectedFrames: FrameSource {
    private let source: any FrameSource
    private let selection: FrameSelection
    /// The first frame in the selection, whether or not it could be decoded.
    private var first: (index: Int, time: Double)?
    private var isThrough = false
    private var waiting: [MissingFrame] = []
    private var isCutShort = false

    /// Selects frames of a source that is at its beginning.
    package init(_ source: any FrameSource, _ selection: FrameSelection) {
        (self.source, self.selection) = (source, selection)
    }

    package var name: String { source.name }
    package var width: Int { source.width }
    package var height: Int { source.height }
    package var averageFrameRate: Double { source.averageFrameRate / Double(selection.stride) }
    package var damagedPackets: Int { source.damagedPackets }
    package var notes: [String] { source.notes }
    package var missingAtEnd: [MissingFrame] {
        isCutShort ? waiting : waiting + selected(source.missingAtEnd)
    }
    package var promisedAtEnd: Int {
        isCutShort ? 0 : selection.duration == nil ? source.promisedAtEnd / selection.stride : 0
    }

    package func next() throws(MediaError) -> Frame? {
        while !isThrough, let frame = try source.next() {
            if first == nil {
                guard selection.start?.isReached(by: frame.index, at: frame.time) ?? true else { continue }
                // Lost frames before this one may be the first: their numbers tell, their times do not.
                var index = frame.index
                if selection.start == nil { index = 0 }
                if case .frames(let start)? = selection.start { index = start }
                first = (index, frame.time)
            }
            guard let first else { continue }
            let isBehind =
                switch selection.duration {
                case nil: false
                case .frames(let count)?: frame.index - first.index >= count
                case .seconds(let seconds)?: frame.time - first.time >= seconds - 1e-9
                }
            waiting += selected(frame.missing)
            guard !isBehind else {
                (isThrough, isCutShort) = (true, true)
                break
            }
            guard (frame.index - first.index).isMultiple(of: selection.stride) else { continue }
            defer { waiting = [] }
            return Frame(
                index: frame.index, time: frame.time, image: frame.image, packet: frame.packet,
                isDamaged: frame.isDamaged, missing: waiting)
        }
        isThrough = true
        return nil
    }

    /// Those of some missing frames that would have been taken.
    private func selected(_ missing: [MissingFrame]) -> [MissingFrame] {
        guard let first else { return [] }
        return missing.filter { frame in
            let offset = frame.index - first.index
            guard offset >= 0, offset.isMultiple(of: selection.stride) else { return false }
            if case .frames(let count)? = selection.duration { return offset < count }
            return true
        }
    }
}
