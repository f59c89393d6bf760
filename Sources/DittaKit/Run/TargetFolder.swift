import Foundation
import Media
import Methods
import Raster
import Reports

/// `targets/`: what the model was taught on the warm-up, and pictures and numbers that say why.
struct TargetFolder {
    private let labels: PseudoLabels
    private let report: TargetsReport

    init(_ labels: PseudoLabels, teacher: String, classes: [String], options: DiTTAOptions) {
        self.labels = labels
        report = TargetsReport(labels, teacher: teacher, classes: classes, options: options)
    }

    /// Writes all files of a warm-up's frames.
    ///
    /// Throws when one cannot be written, or when the run is to stop.
    func write(
        _ frames: [WarmUpFrame], to output: OutputFolder, report hear: (RunEvent) -> Void, isStopped: () -> Bool
    ) throws {
        let folder = try output.makeFolder("targets")
        let pictures = try output.makeFolder("targets/pictures")
        let palette = Palette(classNames: report.classes)
        let writer = LabelWriter(palette: palette)
        let picture = TargetPicture(labels, classNames: report.classes, palette: palette)
        hear(.began("targets", unit: "frames", of: frames.count))
        for (index, frame) in frames.enumerated() {
            if isStopped() { throw RunInterruption() }
            let name = String(format: "/%06d.png", frame.index)
            var classes = labels.targets[index].classes
            classes.labels = classes.labels.map { $0 == noLabel ? report.noLabel : $0 }
            try writer.write(classes, to: folder + name)
            try writeImage(picture(index, frame.image), to: pictures + name)
            hear(.advanced(to: index + 1))
        }
        try output.write(report, to: "targets/targets.json")
        hear(.ended)
    }
}
