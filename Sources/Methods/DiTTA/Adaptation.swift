import Dense
import Networks
import Raster
import Tensors

/// From the frames of a warm-up to a frozen decoder: targets, training, and the checks of both.
struct Adaptation {
    let source: SourceModel
    let teacher: (any Teacher)?
    let options: DiTTAOptions
    let borders: BorderNetwork?

    /// Adapts the published model to frames and freezes it.
    ///
    /// Where frames are held out and the adapted head is worse on them, the published one is frozen.
    ///
    /// - Returns: the decoder, and what watches whether later frames are still like these; no decoder where the published head labels
    ///   without a memory.
    func callAsFunction(
        to frames: [WarmUpFrame], _ report: (MethodEvent) throws -> Void
    ) throws -> (FrozenDecoder?, DriftAlarm?) {
        let targets = try teacher.map { try masks(of: $0, on: frames, report) }
        let soft = try softTargets(frames, report)
        if options.sourceWeight > 0 { try report(.held(soft, source.upsampling)) }
        let places = HeldOutFrames.places(of: frames.count, share: options.heldOut)
        let taught = frames.indices.filter { !places.contains($0) }
        let model = try trained(
            on: taught.map { soft[$0] }, teaching: targets.map { all in taught.map { all[$0] } }, report)
        let verdict = try judged(model.head, on: places.map { soft[$0] }, report)
        let isAdapted = verdict?.isAdapted ?? true
        let head = isAdapted ? model.head : source.network.head
        let shown = places.isEmpty ? frames.evenlySpread(atMost: HeldOutFrames.most) : places.map { frames[$0] }
        let usual = options.onDrift == .ignore ? nil : DriftAlarm.View(meanOf: shown.map { .init(head.logits(of: $0)) })
        let trust = try trust(in: head, soft, report)
        let frozen =
            isAdapted
            ? FrozenDecoder(source, model, options: options, trust: trust)
            : FrozenDecoder(published: source, options: options, trust: trust)
        return (frozen, usual.map { DriftAlarm(usual: $0) })
    }

    /// The published model after all steps.
    private func trained(
        on frames: [WarmUpFrame], teaching targets: [DistillationTarget]?, _ report: (MethodEvent) throws -> Void
    ) throws -> AdaptedModel {
        try report(.began(.adaptation, of: options.passes * frames.count))
        let model = try adapt(source, to: frames, teaching: targets, options: options) { done, losses in
            try report(.stepped(losses.byName))
            try report(.advanced(.adaptation, done: done))
        }
        try report(.ended(.adaptation))
        return model
    }

    /// How the adapted head does beside the published one on frames that were held out; nil without any.
    private func judged(
        _ head: any SegmentationHead, on frames: [WarmUpFrame], _ report: (MethodEvent) throws -> Void
    ) throws -> HeldOutFrames.Verdict? {
        // Without soft targets the published head would be asked to repeat itself.
        let views = options.views > 1 ? nil : SoftTargets(source, views: 2, borders: nil, share: 0)
        let targets = try views.map { views in zip(frames, try views(frames)).map { $0.with(logits: $1) } }
        guard let held = HeldOutFrames(source, targets ?? frames) else { return nil }
        try report(.began(.heldOut, of: 2 * frames.count))
        let verdict = try held.verdict(on: head) { try report(.advanced(.heldOut, done: $0)) }
        try report(.ended(.heldOut))
        try report(.judged(verdict))
        return verdict
    }

    /// How far the memory trusts matches: what the warm-up's frames say, if they are asked and can.
    private func trust(
        in head: any SegmentationHead, _ frames: [WarmUpFrame], _ report: (MethodEvent) throws -> Void
    ) throws -> Float {
        guard options.memoryTrust == .auto, options.fusion == .memory, options.memoryFrames > 0,
            let trust = MemoryTrust(source, head, on: frames, options: options)
        else { return 1 }
        try report(.began(.memory, of: trust.count))
        let candidates = try trust.candidates { try report(.advanced(.memory, done: $0)) }
        try report(.ended(.memory))
        let best = MemoryTrust.best(of: candidates)
        try report(.trusted(best, of: candidates))
        return best
    }

    /// The frames with the logits that the head is held to: those of more views, and regions have voted, if they may.
    private func softTargets(
        _ frames: [WarmUpFrame], _ report: (MethodEvent) throws -> Void
    ) throws -> [WarmUpFrame] {
        guard options.views > 1 || (borders != nil && options.regionShare > 0) else { return frames }
        try report(.began(.targets, of: frames.count))
        let targets = SoftTargets(source, views: options.views, borders: borders, share: options.regionShare)
        let logits = try targets(frames) { try report(.advanced(.targets, done: $0)) }
        try report(.ended(.targets))
        return zip(frames, logits).map { $0.with(logits: $1) }
    }

    /// Runs a teacher on the warm-up frames (steps 11 to 13) and frees it; gives what is taught of its masks.
    private func masks(
        of teacher: any Teacher, on frames: [WarmUpFrame], _ report: (MethodEvent) throws -> Void
    ) throws -> [DistillationTarget] {
        try report(.began(.teacher, of: 2 * frames.count))
        let labels = try PseudoLabels(frames, teacher: teacher, options: options) { done in
            try report(.advanced(.teacher, done: done))
        }
        try report(.ended(.teacher))
        // The teacher may have taken gigabytes, and nothing after it does.
        giveBackFreedMemory()
        try report(.taught(labels, on: frames))
        return labels.targets
    }
}
