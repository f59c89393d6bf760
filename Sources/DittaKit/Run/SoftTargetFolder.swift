import Dense
import Foundation
import Media
import Methods
import Raster

/// `targets/soft/`: the likeliest classes that the head was held to on the warm-up, and pictures of what they change.
struct SoftTargetFolder {
    private let upsampling: FrameUpsampling
    private let classes: [String]

    init(_ upsampling: FrameUpsampling, classes: [String]) { (self.upsampling, self.classes) = (upsampling, classes) }

    /// Writes two files for each of a warm-up's frames: labels, and a picture with the plain model's at the left.
    ///
    /// Throws when one cannot be written, or when the run is to stop.
    func write(
        _ frames: [WarmUpFrame], to output: OutputFolder, report hear: (RunEvent) -> Void, isStopped: () -> Bool
    ) throws {
        let folder = try output.makeFolder("targets/soft")
        _ = try output.makeFolder("targets/soft/pictures")
        let palette = Palette(classNames: classes)
        let writer = LabelWriter(palette: palette)
        hear(.began("soft targets", unit: "frames", of: frames.count))
        for (index, frame) in frames.enumerated() {
            if isStopped() { throw RunInterruption() }
            let name = String(format: "/%06d.png", frame.index)
            let labels = upsampling.dense(frame.logits).labels()
            try writer.write(labels, to: folder + name)
            let both = [frame.prediction.labels, labels]
            let legend = legend(both, palette)
            let pictures = both.map { labels in
                var canvas = Canvas(frame.image, legend: legend)
                canvas.tint(labels, palette, none: noLabel)
                return canvas.image
            }
            try writeImage(pictures[0].beside(pictures[1]), to: folder + "/pictures" + name)
            hear(.advanced(to: index + 1))
        }
        hear(.ended)
    }

    /// The classes that occur in some maps, the most frequent first.
    private func legend(_ maps: [LabelMap], _ palette: Palette) -> [(name: String, color: Canvas.Color)] {
        var counts = [Int](repeating: 0, count: classes.count)
        for map in maps { for label in map.labels { counts[Int(label)] += 1 } }
        return mostFrequentFirst(counts).filter { counts[$0] > 0 }.map { (classes[$0], palette[$0]) }
    }
}
