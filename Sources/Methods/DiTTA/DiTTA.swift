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
    /// Watches whether frames are still like the warm-up's, if that is wanted and there was one.
    private var alarm: DriftAlarm?
    /// The frames behind a cut or an alarm, if the model will be adapted to them.
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
        try adapt(to: frames, report)
        newScene = nil
    }

    private mutating func adapt(to frames: [WarmUpFrame], _ report: (MethodEvent) throws -> Void) throws {
        let adaptation = Adaptation(source: source, teacher: teacher, options: options, borders: borders)
        (frozen, alarm) = try adaptation(to: frames, report)
    }

    package mutating func label(_ frame: PreparedFrame, comparing: Bool) throws -> [LabelledFrame] {
        let features = source.encoder(frame.input)
        var change: SceneChange?
        if options.onCut != .ignore, cuts.isCut(CutDetector.View(frame.frame.image)) {
            change = .cut
            beginScene()
        }
        let adapted = frozen?.label(features, input: frame.input)
        if let drift = adapted.flatMap({ alarm?(DriftAlarm.View($0.logits)) }) {
            change = change ?? .drift(drift)
            if options.onDrift == .rewarm, newScene == nil { newScene = NewScene() }
        }
        let plain = comparing || adapted == nil ? source.labels(features) : nil
        let harm = try watch(frame)
        guard let labels = adapted?.labels ?? plain else { return [] }
        return [LabelledFrame(frame: frame.frame, labels: labels, plain: plain, change: change ?? harm)]
    }

    /// Forgets the scene before, and what was learned of it if that is wanted.
    private mutating func beginScene() {
        switch options.onCut {
        case .ignore: break
        case .keep: frozen?.forget()
        case .plain:
            frozen = FrozenDecoder(published: source, options: options)
            alarm = nil
        case .rewarm:
            frozen?.forget()
            newScene = NewScene()
            // The warm-up was of another scene; these frames will say what is usual.
            alarm = nil
        }
    }

    /// Adapts the published model to a new scene once enough of it was seen; tells if that did harm.
    private mutating func watch(_ frame: PreparedFrame) throws -> SceneChange? {
        guard var scene = newScene else { return nil }
        scene.add(source.observe(frame))
        newScene = scene.isComplete ? nil : scene
        guard scene.isComplete else { return nil }
        var harm: SceneChange?
        try adapt(to: scene.frames) { event in
            if case .judged(let verdict) = event, !verdict.isAdapted { harm = .harmed(verdict) }
        }
        return harm
    }

    /// The adapted decoder, what is remembered of the last frame, of the scene and of the warm-up; nothing before the first `freeze`.
    package func state() -> MethodState {
        let parts = [cuts.state, newScene?.state ?? [:], alarm?.state ?? [:], frozen?.state ?? [:]]
        return MethodState(
            method: Self.name, tensors: parts.reduce(into: [:]) { $0.merge($1) { own, _ in own } })
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
        let alarm = try DriftAlarm(state.tensors, classes: source.network.head.classes)
        (seen, frozen, self.cuts, newScene, self.alarm) = ([], restored, cuts, scene, alarm)
    }
}
