import Dense
package import Networks
package import Raster
import Tensors

/// DiTTA: a teacher's masks, consistent in space and time, are taught to the decoder on the warm-up; then it is frozen.
///
/// Until it is frozen for the first time it labels as the plain model does. docs/method.md has the steps. Source: DiTTA,
/// CVPR 2026.
package struct DiTTA: Method {
    /// The method's name.
    package static let name = "ditta"

    private let source: SourceModel
    private let teacher: (any Teacher)?
    private let options: DiTTAOptions
    private let borders: BorderNetwork?
    /// What was observed since the last freeze.
    private var seen: [WarmUpFrame] = []
    private var frozen: FrozenDecoder?
    private var cuts = CutDetector()
    /// The frames behind a cut, if the model will be adapted to them.
    private var newScene: NewScene?

    /// Prepares to adapt a network.
    ///
    /// - Parameters:
    ///   - source: The network as published.
    ///   - teacher: What turns the most reliable predictions into masks consistent in space and time, if anything does.
    ///   - options: The method's numbers.
    ///   - borders: Finds the regions whose cells vote together; where it is missing none do.
    /// - Throws: `OptionError` if one of them is out of its range, or if it needs masks and there is no teacher.
    package init(
        _ source: SourceModel, teacher: (any Teacher)?, options: DiTTAOptions, borders: BorderNetwork? = nil
    ) throws(OptionError) {
        try options.validate()
        if teacher == nil { try options.checkWithoutMasks() }
        (self.source, self.teacher, self.options, self.borders) = (source, teacher, options, borders)
    }

    package var warmUpLimit: Int? { nil }

    package mutating func observe(_ frame: PreparedFrame) -> LabelMap {
        let observed = source.observe(frame)
        seen.append(observed)
        return observed.prediction.labels
    }

    package mutating func freeze(_ report: (MethodEvent) throws -> Void) throws {
        guard !seen.isEmpty else { throw MethodError("no frame of the warm-up was observed; expected one at least") }
        let frames = seen
        seen = []
        frozen = try adapted(to: frames, report)
        newScene = nil
    }

    /// The published model, adapted to frames and frozen.
    private func adapted(
        to frames: [WarmUpFrame], _ report: (MethodEvent) throws -> Void
    ) throws -> FrozenDecoder {
        let targets = try teacher.map { try masks(of: $0, on: frames, report) }
        let held = try softTargets(frames, report)
        if options.sourceWeight > 0 { try report(.held(held, source.upsampling)) }
        try report(.began(.adaptation, of: options.passes * frames.count))
        let model = try adapt(source, to: held, teaching: targets, options: options) { done, losses in
            try report(.stepped(losses.byName))
            try report(.advanced(.adaptation, done: done))
        }
        try report(.ended(.adaptation))
        return FrozenDecoder(source, model, options: options, trust: try trust(in: model, held, report))
    }

    /// How far the memory trusts matches: what the warm-up's frames say, if they are asked and can.
    private func trust(
        in model: AdaptedModel, _ frames: [WarmUpFrame], _ report: (MethodEvent) throws -> Void
    ) throws -> Float {
        guard options.memoryTrust == .auto, options.fusion == .memory, options.memoryFrames > 0,
            let trust = MemoryTrust(source, model, on: frames, options: options)
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

    package mutating func label(_ frame: PreparedFrame, comparing: Bool) throws -> [LabelledFrame] {
        let features = source.encoder(frame.input)
        let isCut = options.onCut != .ignore && cuts.isCut(CutDetector.View(frame.frame.image))
        if isCut { beginScene() }
        let adapted = frozen?.label(features, input: frame.input)
        let plain = comparing || adapted == nil ? source.labels(features) : nil
        try watch(frame)
        guard let labels = adapted ?? plain else { return [] }
        return [LabelledFrame(frame: frame.frame, labels: labels, plain: plain, isCut: isCut)]
    }

    /// Forgets the scene before, and what was learned of it if that is wanted.
    private mutating func beginScene() {
        switch options.onCut {
        case .ignore: break
        case .keep: frozen?.forget()
        case .plain: frozen = unadapted
        case .rewarm:
            frozen?.forget()
            newScene = NewScene()
        }
    }

    /// The published head with an empty memory; nil where an add-on is learned, for then it has nothing beside the head.
    private var unadapted: FrozenDecoder? {
        guard options.fusion == .memory else { return nil }
        let model = AdaptedModel(source: source.network.head, windowRadius: options.windowRadius, seed: options.seed)
        return FrozenDecoder(source, model, options: options)
    }

    /// Adapts the published model to a new scene once enough of it was seen.
    private mutating func watch(_ frame: PreparedFrame) throws {
        guard var scene = newScene else { return }
        scene.add(source.observe(frame))
        newScene = scene.isComplete ? nil : scene
        guard scene.isComplete else { return }
        frozen = try adapted(to: scene.frames) { _ in }
    }

    /// The adapted decoder, what is remembered of the last frame and of the scene; nothing before the first `freeze`.
    package func state() -> MethodState {
        let scene = cuts.state.merging(newScene?.state ?? [:]) { own, _ in own }
        return MethodState(method: Self.name, tensors: scene.merging(frozen?.state ?? [:]) { own, _ in own })
    }

    package mutating func restore(_ state: MethodState) throws {
        try state.check(Self.name)
        let start = AdaptedModel(source: source.network.head, windowRadius: options.windowRadius, seed: options.seed)
        var restored: FrozenDecoder?
        if state.tensors.keys.contains(where: start.state.keys.contains) {
            try start.restore(state.tensors)
            restored = FrozenDecoder(source, start, options: options)
            try restored?.restore(state.tensors)
        }
        let (cuts, scene) = (try CutDetector(state.tensors), try NewScene(state.tensors, source))
        (seen, frozen, self.cuts, newScene) = ([], restored, cuts, scene)
    }
}
