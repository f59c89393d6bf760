import Foundation
import Media
import Methods
import Raster

/// `targets/`: what the model was taught on the warm-up, and pictures and numbers that say why.
struct TargetFolder {
    private let labels: PseudoLabels
    private let names: WarmUpNames
    private let document: TargetDocument

    init(
        _ labels: PseudoLabels, _ names: WarmUpNames, teacher: TeacherArguments.Kind, options: DiTTAOptions
    ) {
        self.labels = labels
        self.names = names
        document = TargetDocument(labels, names, teacher: teacher, options: options)
    }

    /// Writes all files of a warm-up's frames.
    ///
    /// Throws when one cannot be written, or when Ctrl-C was pressed.
    func write(_ frames: [WarmUpFrame], to output: OutputFolder) throws {
        let folder = try output.makeFolder("targets")
        let pictures = try output.makeFolder("targets/pictures")
        let palette = Palette(classNames: names.classes)
        let writer = LabelWriter(palette: palette)
        let picture = TargetPicture(labels, classNames: names.classes, palette: palette)
        let progress = Progress("targets", "frames", total: frames.count)
        for (index, frame) in frames.enumerated() {
            try Interruption.check()
            let name = String(format: "/%06d.png", names.frame(index))
            let classes = labels.targets[index].classes.labels.map { $0 == noLabel ? names.noLabel : $0 }
            try writer.write(
                LabelMap(width: frame.image.width, height: frame.image.height, labels: classes), to: folder + name)
            try writeImage(picture(index, frame.image), to: pictures + name)
            progress.advance(to: index + 1)
        }
        try output.write(document, to: "targets/targets.json")
        progress.finish()
    }
}
