// Labels every frame of a video, as `ditta run` does: LabelVideo VIDEO FOLDER [MODEL]
import DittaKit
import Foundation

/// Adapts a model to a video and writes the labels of its frames as `000000.png` and so on.
func labelVideo(at video: String, into folder: String, model path: String?) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let model = try Model(path)
    let writer = LabelWriter(palette: Palette(classNames: model.classNames))

    // Warm up on the first tenth of the frames, then freeze.
    let (total, warmUp) = (try countFrames(at: video), try WarmUpPlan())
    let first = try openFrames(at: video)
    var session = try Session(model, method: .ditta(.balanced), like: first)
    while let frame = try first.next(), frame.index < warmUp.length(of: total) {
        if warmUp.takes(frame.index, of: total) { try session.observe(frame) }
    }
    try session.freeze()

    // Label all of them, from the first.
    let frames = try openFrames(at: video)
    while let frame = try frames.next() { try write(session.label(frame)) }
    try write(session.finish())

    func write(_ ready: [Session.Labelled]) throws {
        for labelled in ready {
            try writer.write(labelled.labels, to: folder + String(format: "/%06d.png", labelled.frame.index))
        }
    }
}

let arguments = CommandLine.arguments.dropFirst()
guard let video = arguments.first, let folder = arguments.dropFirst().first, arguments.count <= 3 else {
    print("usage: LabelVideo VIDEO FOLDER [MODEL]")
    exit(64)
}
do {
    try labelVideo(at: video, into: folder, model: arguments.dropFirst(2).first)
} catch {
    FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
    exit(1)
}
