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
        let frames: Int
        let seconds: Double
        let plainFlicker, adaptedFlicker: Double?
        let damagedPackets: Int
    }

    private let settings: VideoRun.Settings
    private let output: OutputFolder
    private let labelWriter: LabelWriter
    private let overlay: OverlayWriter?

    /// Writes `classes.json` and opens the overlay.
    init(
        _ settings: VideoRun.Settings, _ output: OutputFolder, classNames: [String], shown: [Int],
        like reader: any FrameSource
    ) throws {
        self.settings = settings
        self.output = output
        let palette = Palette(classNames: classNames)
        labelWriter = LabelWriter(palette: palette)
        try output.write(ClassesFile(classes: classNames, palette: palette), to: ClassesFile.name)
        overlay =
            settings.overlay
            ? try OverlayWriter(
                path: output.partial + "/overlay.mp4", width: reader.width, height: reader.height,
                classNames: classNames, palette: palette, shownClasses: shown,
                averageFrameRate: reader.averageFrameRate) : nil
    }

    /// Labels all frames; `count` always tells how many are complete.
    ///
    /// Three threads work at the same time: one reads and prepares frames, one runs the network, and this one writes.
    func callAsFunction(
        _ session: Session, frames: Int, count: inout Int, report: (RunEvent) -> Void,
        isStopped: @escaping @Sendable () -> Bool
    ) throws -> Outcome {
        let start = ContinuousClock.now
        let reading = Prefetcher("reading", try openFrames(at: settings.video)) {
            [prepare = session.preparing] reader in
            try reader.next().map(prepare)
        }
        defer { reading.stop() }
        let network = Prefetcher("network", (session: session, isThrough: false)) { state in
            // Checked on this thread, so that frames that are already labelled are still written before the run stops.
            if isStopped() { throw RunInterruption() }
            if let frame = try reading.next() {
                return try state.session.label(frame, comparing: FlickerSample.includes(frame.frame.index))
            }
            defer { state.isThrough = true }
            return state.isThrough ? nil : try state.session.finishComparing()
        }
        defer { network.stop() }
        report(.began("labelling", unit: "frames", of: frames))
        var flicker = FlickerSample()
        while let ready = try network.next() {
            for labelled in ready {
                try labelWriter.write(
                    labelled.labels, to: output.partial + String(format: "/labels/%06d.png", labelled.frame.index))
                try overlay?.append(labelled.frame, labels: labelled.labels)
                try flicker.add(labelled)
                count += 1
                report(.advanced(to: count))
            }
        }
        try overlay?.finish()
        report(.ended)
        return Outcome(
            frames: count, seconds: (ContinuousClock.now - start) / .seconds(1), plainFlicker: flicker.plain.percent,
            adaptedFlicker: flicker.adapted.percent, damagedPackets: reading.inspect { $0.damagedPackets })
    }
}
