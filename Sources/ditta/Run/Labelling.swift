import Compiled
import DittaKit
import Foundation
import Media
import Methods
import Metrics
import Raster
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

    /// `classes.json`: what the ids in the labels mean.
    private struct Classes: Encodable {
        let classes: [String]
        let colors: [[Int]]
        let ignore = 255
    }

    private let settings: RunSettings
    private let output: OutputFolder
    private let labelWriter: LabelWriter
    private let overlay: OverlayWriter?

    /// Writes `classes.json` and opens the overlay.
    init(
        _ settings: RunSettings, _ output: OutputFolder, classNames: [String], shown: [Int],
        like reader: any FrameSource
    ) throws {
        self.settings = settings
        self.output = output
        let palette = Palette(classNames: classNames)
        labelWriter = LabelWriter(palette: palette)
        let colors = classNames.indices.map { id in
            let color = palette[id]
            return [Int(color.red), Int(color.green), Int(color.blue)]
        }
        try output.write(Classes(classes: classNames, colors: colors), to: "classes.json")
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
    func callAsFunction(_ frozen: FrozenModel, frames: Int, count: inout Int) throws -> Outcome {
        let start = ContinuousClock.now
        let reading = Prefetcher("reading", try openFrames(at: settings.video)) { [source = frozen.source] reader in
            try reader.next().map { frame in (frame: frame, input: source.input(frame.image)) }
        }
        defer { reading.stop() }
        let network = Prefetcher("network", frozen) { frozen in
            // Asked here, so that what is labelled already is still written.
            try Interruption.check()
            return try reading.next().map { frame, input in
                (frame: frame, labels: frozen.label(input, comparing: FlickerSample.includes(frame.index)))
            }
        }
        defer { network.stop() }
        let progress = Progress("labelling", "frames", total: frames)
        var flicker = FlickerSample()
        while let (frame, labels) = try network.next() {
            try labelWriter.write(
                labels.adapted, to: output.partial + String(format: "/labels/%06d.png", frame.index))
            try overlay?.append(frame, labels: labels.adapted)
            try flicker.add(labels, frame: frame.index)
            count += 1
            progress.advance(to: count)
        }
        try overlay?.finish()
        progress.finish()
        return Outcome(
            frames: count, seconds: (ContinuousClock.now - start) / .seconds(1), plainFlicker: flicker.plain.percent,
            adaptedFlicker: flicker.adapted.percent, damagedPackets: reading.inspect { $0.damagedPackets })
    }
}
