package import Compiled
public import Media
package import Methods
public import Raster
import Tensors

/// The version of ditta, by semantic versioning: CHANGELOG.md has the rule.
public let dittaVersion = "0.2.0"

/// What a network computes with.
public enum ComputePrecision: String, Sendable, CaseIterable {
    /// The fastest this processor has.
    case auto
    /// Single precision.
    case fp32
    /// bfloat16, sums in single precision.
    case bf16

    /// What it comes to on this processor.
    package var precision: Precision {
        switch self {
        case .auto: .fastest
        case .fp32: .fp32
        case .bf16: .bf16
        }
    }
}

/// One video and one method: observe the warm-up, freeze, then label frame after frame.
///
///     let frames = try openFrames(at: "street.mp4")
///     var session = try Session(Model(), like: frames)
///     for _ in 0..<10 { if let frame = try frames.next() { try session.observe(frame) } }
///     try session.freeze()
///     while let frame = try frames.next() { for labelled in try session.label(frame) { show(labelled.labels) } }
///
/// A session is a value: a copy goes its own way from there on, as long as one of them labels at a time.
public struct Session: Sendable {
    private var source: SourceModel
    private var method: any Method
    private let model: Model
    private let choice: MethodChoice
    /// What the warm-up found, before any frame was labelled.
    private var adapted: MethodState?
    /// The frames observed since the last freeze, if the picture is chosen by them.
    private var warmUp: [Frame] = []

    /// Compiles a model for the frames of a video.
    ///
    /// - Parameters:
    ///   - model: The network.
    ///   - method: What is done with the video; DiTTA with its defaults where none is given.
    ///   - frames: Where the frames will come from; only their size is read.
    ///   - precision: What the network computes with.
    /// - Throws: if the processor has not that precision, or a number of the method is out of its range.
    public init(
        _ model: Model, method: MethodChoice? = nil, like frames: any FrameSource,
        precision: ComputePrecision = .auto
    ) throws {
        try self.init(
            model, method ?? .ditta(), width: frames.width, height: frames.height, precision: precision)
    }

    package init(_ model: Model, _ choice: MethodChoice, width: Int, height: Int, precision: ComputePrecision) throws {
        guard precision.precision.isSupported else {
            throw DittaError("this processor does not compute in \(precision.rawValue); expected fp32 or auto")
        }
        source = SourceModel(model.network, width: width, height: height, precision: precision.precision)
        source.picture = choice.picture ?? .asIs
        (self.model, self.choice) = (model, choice)
        method = try choice.makeMethod(source)
    }

    /// The most frames of a warm-up that the method looks at; nil for all.
    package var warmUpLimit: Int? { method.warmUpLimit }

    /// Looks at a frame of the warm-up.
    ///
    /// - Returns: the plain model's labels of it.
    /// - Throws: what the method throws: nothing for the plain model and DiTTA.
    @discardableResult
    public mutating func observe(_ frame: Frame) throws -> LabelMap {
        if choice.picture == nil { warmUp.append(frame) }
        return try method.observe(source.prepare(frame))
    }

    /// Ends the warm-up: the model adapts to what was observed, which takes seconds, and is frozen.
    ///
    /// - Throws: if nothing was observed, or the teacher's weights cannot be read.
    public mutating func freeze() throws { try freeze { _ in } }

    /// The same; `report` hears what happens and may throw to stop.
    package mutating func freeze(_ report: (MethodEvent) throws -> Void) throws {
        try choosePicture(report)
        try method.freeze(report)
        adapted = state()
    }

    /// Writes down what the warm-up found, for other videos of the same camera; a file that was written so before is replaced.
    ///
    /// - Throws: if there was no warm-up, or the file cannot be written.
    public func saveAdapted(to path: String) throws {
        guard let adapted, !adapted.tensors.isEmpty else {
            throw DittaError("\(path): there is nothing to write: no warm-up has adapted the model")
        }
        try AdaptedFile(path: path).write(adapted, of: model, choice)
    }

    /// Takes what the warm-up of another video found, in place of `observe` and `freeze`.
    ///
    /// - Throws: if the file is damaged, or belongs to another model, method or other numbers of it.
    public mutating func takeAdapted(from path: String) throws {
        let state = try AdaptedFile(path: path).read(for: model, choice)
        try restore(state)
        adapted = state
    }

    /// Chooses how pictures are changed; if they are, the method observes the warm-up anew.
    private mutating func choosePicture(_ report: (MethodEvent) throws -> Void) throws {
        guard choice.picture == nil, let first = warmUp.first?.image else { return }
        let frames = warmUp
        warmUp = []
        try report(.began(.picture, of: PictureTransform.allCases.count))
        let candidates = try PictureChoice(source, width: first.width, height: first.height)
            .candidates(frames) { try report(.advanced(.picture, done: $0)) }
        let best = PictureChoice.best(of: candidates)
        if best != source.picture {
            source.picture = best
            method = try choice.makeMethod(source)
            for frame in frames { _ = try method.observe(source.prepare(frame)) }
        }
        try report(.ended(.picture))
        try report(.chose(best, of: candidates))
    }

    /// Takes the next frame of the video.
    ///
    /// - Returns: the frames whose labels are ready by now, in order: for DiTTA and the plain model the one that was given.
    /// - Throws: what the method throws: nothing for the plain model, and for DiTTA what adapting anew behind a cut does.
    public mutating func label(_ frame: Frame) throws -> [Labelled] {
        try label(source.prepare(frame), comparing: false).map { Labelled(frame: $0.frame, labels: $0.labels) }
    }

    /// Ends the video.
    ///
    /// - Returns: the frames whose labels were not ready yet.
    /// - Throws: what the method throws: nothing for the plain model and DiTTA.
    public mutating func finish() throws -> [Labelled] {
        try finishComparing().map { Labelled(frame: $0.frame, labels: $0.labels) }
    }

    /// A frame with the network's input, which may be made on another thread than labels are.
    package var preparing: @Sendable (Frame) -> PreparedFrame { { [source] in source.prepare($0) } }

    /// The next frame, prepared, with the plain model's labels if told so.
    package mutating func label(_ frame: PreparedFrame, comparing: Bool) throws -> [LabelledFrame] {
        try method.label(frame, comparing: comparing)
    }

    package mutating func finishComparing() throws -> [LabelledFrame] { try method.finish() }

    /// All that labels to come depend on besides the frames to come, after `freeze`.
    package func state() -> MethodState {
        var state = method.state()
        if let index = PictureTransform.allCases.firstIndex(of: source.picture), index > 0 {
            state.tensors["picture"] = Tensor([Float(index)], [1])
        }
        return state
    }

    /// Goes on from a state, as if this session had labelled the frames before itself.
    ///
    /// - Throws: if the state is another method's or another network's.
    package mutating func restore(_ state: MethodState) throws {
        var state = state
        let saved = state.tensors.removeValue(forKey: "picture")?.values.first ?? 0
        guard let index = Int(exactly: saved), PictureTransform.allCases.indices.contains(index) else {
            throw DittaError("the state's picture is \(saved): expected 0 to \(PictureTransform.allCases.count - 1)")
        }
        var source = source
        source.picture = PictureTransform.allCases[index]
        var method = try choice.makeMethod(source)
        try method.restore(state)
        (self.source, self.method, adapted) = (source, method, nil)
    }

    /// A frame with its labels.
    public struct Labelled: Sendable {
        /// The frame as it was given.
        public let frame: Frame
        /// A class id for every pixel of it.
        public let labels: LabelMap
    }
}
