import Engine
import Raster

/// The objects a teacher found: their prompts and their masks on every frame.
public struct Tracks: Sendable {
    /// What started each object, by its index.
    public var prompts: [Prompt] = []
    /// The masks of the objects on each frame, by object index.
    public var masks: [[Int: Mask]]
}

/// Prompts a teacher on the frames in order, carries the masks forward, then backward from the last prompted frame, and
/// merges both (method steps 11 and 12).
///
/// `progress` hears after every frame how many of both directions are done; it may throw to stop.
public func propagate(
    _ frames: [WarmUpFrame], teacher: any Teacher, options: AdaptationOptions,
    progress: (_ done: Int, _ frames: Int) throws -> Void
) rethrows -> Tracks {
    var tracks = Tracks(masks: Array(repeating: [:], count: frames.count))
    var tracker = teacher.makeTracker()
    for (index, frame) in frames.enumerated() {
        var current = tracker.advance(to: index)
        let started = prompts(on: index, frame, around: current, first: tracks.prompts.count, teacher, options)
        tracker.add(started.masks)
        current.merge(started.masks) { _, new in new }
        tracks.prompts += started.prompts
        tracks.masks[index] = current
        try progress(index + 1, 2 * frames.count)
    }
    guard let last = tracks.prompts.last?.frame else { return tracks }
    try carryBackward(from: last, teacher, &tracks) { index in
        try progress(2 * frames.count - index, 2 * frames.count)
    }
    return tracks
}

/// New objects on a frame: the classes' reliability peaks that no current track covers.
private func prompts(
    on index: Int, _ frame: WarmUpFrame, around current: [Int: Mask], first: Int, _ teacher: any Teacher,
    _ options: AdaptationOptions
) -> (prompts: [Prompt], masks: [Int: Mask]) {
    let peaks = reliabilityPeaks(
        labels: frame.prediction.labels, reliability: frame.reliability, classes: frame.logits.columns)
    var covered = [Bool](repeating: false, count: frame.image.width * frame.image.height)
    for mask in current.values { mask.dilated(options.promptDilation).forEach { covered[$0] = true } }
    var prompts: [Prompt] = []
    var masks: [Int: Mask] = [:]
    for peak in peaks where peak.reliability >= options.promptThreshold && !covered[peak.pixel] {
        let object = first + prompts.count
        guard object < options.maximumObjects else { break }
        let prompt = Prompt(
            object: object, frame: index, classID: peak.classID, x: peak.pixel % frame.image.width,
            y: peak.pixel / frame.image.width, reliability: peak.reliability)
        guard let mask = teacher.mask(at: prompt), !mask.isEmpty else { continue }
        prompts.append(prompt)
        masks[object] = mask
        mask.dilated(options.promptDilation).forEach { covered[$0] = true }
    }
    return (prompts, masks)
}

/// The pass back in time: all objects set out from their masks on the last prompted frame.
///
/// On the frame an object was prompted on its forward mask stays alone, and sets it out anew; on the other frames both
/// directions are joined.
private func carryBackward(
    from last: Int, _ teacher: any Teacher, _ tracks: inout Tracks, _ progress: (_ frame: Int) throws -> Void
) rethrows {
    var tracker = teacher.makeTracker()
    _ = tracker.advance(to: last)
    tracker.add(tracks.masks[last])
    for index in (0..<last).reversed() {
        let prompted = Set(tracks.prompts.filter { $0.frame == index }.map(\.object))
        for (object, mask) in tracker.advance(to: index) where !prompted.contains(object) {
            tracks.masks[index][object] = tracks.masks[index][object].map { $0.union(mask) } ?? mask
        }
        tracker.add(tracks.masks[index].filter { prompted.contains($0.key) })
        try progress(index)
    }
}
