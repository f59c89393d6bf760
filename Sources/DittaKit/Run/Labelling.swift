import Compiled
import Foundation
import Media
import Methods
import Metrics
import Raster
import Reports
import Tensors

/// The frozen phase of a run: every frame from the first, labelled and written.
struct Labelling {
    /// How it went.
    struct Outcome {
        /// Frames that were decoded, and those of them that belong to the warm-up.
        var frames = 0, warmUp = 0
        var seconds = 0.0
        var plainFlicker: Double?
        var adaptedFlicker: Double?
        var damagedPackets = 0
        /// How many frames could not be decoded, and which of them have no label.
        var missing = 0
        var holes: [FrameTable.Hole] = []
        /// How many frames the file promises behind its last one.
        var promised = 0
    }

    /// What a run left that was stopped: so many frames need no label any more.
    struct Resumed {
        var frames = 0
        var flicker = FlickerSample()
    }

    /// What comes from the network's thread.
    private enum Ready {
        case labelled(LabelledFrame)
        /// A frame that was labelled before the run was stopped.
        case kept(Frame)
        /// So many frames are labelled, and this is what the method knows then.
        case milestone(frames: Int, MethodState)
    }

    private enum Read {
        case prepared(PreparedFrame)
        case kept(Frame)
    }

    private let settings: VideoRun.Settings
    private let output: OutputFolder
    private let record: RunRecord
    private let labels: LabelFolder
    private let overlay: OverlayWriter?
    private let table: FrameTable
    private let warmUpLength: Int

    /// Writes `classes.json` and opens the overlay and the table of frames.
    init(
        _ settings: VideoRun.Settings, _ output: OutputFolder, classNames: [String], _ record: RunRecord,
        like shape: SourceShape, warmUpLength: Int
    ) throws {
        (self.settings, self.output, self.record, self.warmUpLength) = (settings, output, record, warmUpLength)
        let palette = Palette(classNames: classNames)
        labels = try LabelFolder(
            output.partial + "/labels", palette, settings.labels, width: shape.width, height: shape.height,
            classNames: classNames)
        try output.write(ClassesFile(classes: classNames, palette: palette), to: ClassesFile.name)
        overlay =
            settings.overlay
            ? try OverlayWriter(
                path: output.partial + "/overlay.mp4", width: shape.width, height: shape.height,
                classNames: classNames, palette: palette, shownClasses: record.commonClasses,
                averageFrameRate: shape.averageFrameRate) : nil
        table = try FrameTable(in: output.partial, rate: shape.averageFrameRate)
    }

    /// Labels all frames of a source; `count` always tells how many are complete.
    ///
    /// Three threads work at the same time: one reads and prepares frames, one runs the network, and this one writes.
    func callAsFunction(
        _ session: Session, _ source: sending any FrameSource, frames: Int?, after resumed: Resumed, count: inout Int,
        report: (RunEvent) -> Void, isStopped: @escaping @Sendable () -> Bool
    ) throws -> Outcome {
        let start = ContinuousClock.now
        let done = resumed.frames
        let reading = Prefetcher("reading", (source: source, read: 0)) {
            [prepare = session.preparing] state -> Read? in
            guard let frame = try state.source.next() else { return nil }
            defer { state.read += 1 }
            return state.read < done ? .kept(frame) : .prepared(prepare(frame))
        }
        defer { reading.stop() }
        let isWritten = settings.labels == .files
        let network = Prefetcher("network", NetworkState(session: session, count: done)) { state -> [Ready]? in
            try state.next(isStopped: isStopped, writesMilestones: isWritten, { try reading.next() })
        }
        defer { network.stop() }
        report(.began("labelling", unit: "frames", of: frames))
        var outcome = Outcome()
        var flicker = resumed.flicker
        while let ready = try network.next() {
            for element in ready {
                let frame: Frame
                switch element {
                case .milestone(let frames, let state):
                    try Milestone.reach(frames, state, flicker, record.saved, in: output)
                    continue
                case .kept(let kept): frame = kept
                case .labelled(let labelled): frame = labelled.frame
                }
                try refuse(frame)
                try pass(frame.missing, before: frame)
                switch element {
                case .labelled(let labelled):
                    try labels.write(labelled.labels, of: frame.index)
                    try overlay?.append(frame, labels: labelled.labels)
                    try flicker.add(labelled, count: count)
                    if let change = labelled.change { record.note(change, at: frame.index) }
                case .kept where overlay != nil || settings.onCorrupt == .repeat:
                    try overlay?.append(frame, labels: try labels.read(frame.index))
                default: break
                }
                let isWarmUp = count < warmUpLength
                try table.add(frame, isWarmUp: isWarmUp)
                if isWarmUp { outcome.warmUp += 1 }
                count += 1
                report(.advanced(to: count))
            }
        }
        let end = reading.inspect { ($0.source.damagedPackets, $0.source.missingAtEnd, $0.source.promisedAtEnd) }
        if let first = end.1.first { try refuse(first.index) }
        try pass(end.1, before: nil)
        try table.finish()
        try overlay?.finish()
        report(.ended)
        outcome.frames = count
        outcome.seconds = (ContinuousClock.now - start) / .seconds(1)
        (outcome.plainFlicker, outcome.adaptedFlicker) = (flicker.plain.percent, flicker.adapted.percent)
        (outcome.damagedPackets, outcome.promised) = (end.0, end.2)
        (outcome.missing, outcome.holes) = (table.missing, table.holes)
        return outcome
    }

    /// The network's thread: labels what is read, and now and then says how far it is.
    private struct NetworkState {
        var session: Session
        /// How many frames are labelled.
        var count: Int
        private var isThrough = false, isStopping = false
        private var lastMilestone = ContinuousClock.now

        init(session: Session, count: Int) { (self.session, self.count) = (session, count) }

        mutating func next(
            isStopped: () -> Bool, writesMilestones: Bool, _ read: () throws -> Read?
        ) throws -> [Ready]? {
            // Checked on this thread, so that frames that are already labelled are still written before the run stops.
            if isStopping { throw RunInterruption() }
            guard !isThrough else { return nil }
            guard let frame = try read() else {
                isThrough = true
                return try session.finishComparing().map { .labelled($0) }
            }
            switch frame {
            case .kept(let frame):
                if isStopped() { throw RunInterruption() }
                return [.kept(frame)]
            case .prepared(let frame):
                let labelled = try session.label(frame, comparing: FlickerSample.includes(count))
                count += 1
                let isBetweenPairs = !FlickerSample.begins(count - 1)
                isStopping = isStopped() && isBetweenPairs
                var ready = labelled.map { Ready.labelled($0) }
                let isDue = ContinuousClock.now - lastMilestone > .seconds(10)
                if writesMilestones, isBetweenPairs, isDue || isStopping {
                    ready.append(.milestone(frames: count, session.state()))
                    lastMilestone = .now
                }
                return ready
            }
        }
    }

    /// Accounts for frames that could not be decoded.
    private func pass(_ missing: [MissingFrame], before next: Frame?) throws {
        for frame in missing {
            let isRepeated = try settings.onCorrupt == .repeat && labels.repeatLast(as: frame.index)
            try table.add(frame, before: next, repeated: isRepeated)
        }
    }

    /// Stops at a frame that is damaged, or missing before this one, if that is wanted.
    private func refuse(_ frame: Frame) throws {
        if let first = frame.missing.first?.index ?? (frame.isDamaged ? frame.index : nil) { try refuse(first) }
    }

    private func refuse(_ index: Int) throws {
        guard settings.onCorrupt == .stop else { return }
        throw DittaError(
            "\(settings.name): frame \(index) cannot be decoded whole; --on-corrupt skip goes on without it, repeat with the "
                + "labels before it")
    }
}
