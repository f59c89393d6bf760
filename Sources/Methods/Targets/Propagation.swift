import Dense
import Raster
import Tensors

/// Prompts a teacher on the frames in order, follows the objects forward, then backward from the last prompted frame, and
/// merges both (method steps 11 and 12).
///
/// `progress` hears after every frame how many of both directions are done; it may throw to stop. Throws what it throws, and if
/// the teacher cannot be loaded.
package func propagate(
    _ frames: [WarmUpFrame], teacher: any Teacher, options: DiTTAOptions,
    progress: (_ done: Int) throws -> Void
) throws -> Tracks {
    var tracks = Tracks(frames: frames.count)
    var tracker = try teacher.makeTracker(over: frames)
    for (index, frame) in frames.enumerated() {
        tracks.join(tracker.advance(to: index), on: index, .forward)
        prompt(&tracker, on: index, frame, options, &tracks)
        try progress(index + 1)
    }
    guard let last = tracks.prompts.last?.frame else { return tracks }
    tracks.join(tracker.turnBack(at: last, masks: tracks.masks[last]), on: last, .backward)
    for index in (0..<last).reversed() {
        tracks.join(tracker.advance(to: index), on: index, .backward)
        try progress(2 * frames.count - index)
    }
    return tracks
}

/// Starts new objects on a frame: at the classes' reliability peaks, or points of a grid, that no current track covers.
private func prompt(
    _ tracker: inout any Tracker, on index: Int, _ frame: WarmUpFrame, _ options: DiTTAOptions,
    _ tracks: inout Tracks
) {
    let places =
        switch options.prompts {
        case .peaks:
            reliabilityPeaks(
                labels: frame.prediction.labels.labels, reliability: frame.reliability, classes: frame.logits.columns
            ).filter { $0.reliability >= options.promptThreshold }
        case .grid: gridPoints(frame)
        }
    var covered = [Bool](repeating: false, count: frame.image.width * frame.image.height)
    for mask in tracks.masks[index].values { mask.dilated(options.promptDilation).forEach { covered[$0] = true } }
    for place in places where !covered[place.pixel] {
        let object = tracks.prompts.count
        guard object < options.maximumObjects else { break }
        let prompt = Prompt(
            object: object, frame: index, classID: place.classID, x: place.pixel % frame.image.width,
            y: place.pixel / frame.image.width, reliability: place.reliability)
        let mask = tracks.start(prompt, tracker.start(prompt))
        mask?.dilated(options.promptDilation).forEach { covered[$0] = true }
    }
}

/// The middles of 16×16 equal parts of a frame with what is predicted there, most reliable first; equal ones row by row.
///
/// The masks of a teacher that knows objects then do not depend on where the model is sure; the vote says what they are.
func gridPoints(_ frame: WarmUpFrame) -> [(classID: Int, pixel: Int, reliability: Float)] {
    let (side, width, height) = (16, frame.image.width, frame.image.height)
    let (labels, reliability) = (frame.prediction.labels.labels, frame.reliability)
    return (0..<side * side)
        .map { (2 * ($0 / side) + 1) * height / (2 * side) * width + (2 * ($0 % side) + 1) * width / (2 * side) }
        .sorted { reliability[$0] != reliability[$1] ? reliability[$0] > reliability[$1] : $0 < $1 }
        .map { (Int(labels[$0]), $0, reliability[$0]) }
}

/// The peak of each class's reliability in a frame, most reliable first: where prompts may be set (method step 11).
///
/// The first pixel in row-major order that attains the peak is taken; classes of equal peaks keep the order of their ids.
package func reliabilityPeaks(
    labels: [UInt16], reliability: [Float], classes: Int
) -> [(classID: Int, pixel: Int, reliability: Float)] {
    var peak = [Float](repeating: -1, count: classes)
    var pixel = [Int](repeating: 0, count: classes)
    for index in labels.indices where reliability[index] > peak[Int(labels[index])] {
        peak[Int(labels[index])] = reliability[index]
        pixel[Int(labels[index])] = index
    }
    return (0..<classes).filter { peak[$0] >= 0 }
        .sorted { peak[$0] != peak[$1] ? peak[$0] > peak[$1] : $0 < $1 }
        .map { ($0, pixel[$0], peak[$0]) }
}
