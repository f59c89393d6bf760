import Dense
import Foundation
import Methods
import Networks
import Raster
import Tensors
import TestSupport
import Testing
import Training

/// What a run may ask of every method, and methods of kinds to come, which must fit without a special case.
struct MethodTests {
    /// The first methods, with all that DiTTA may remember.
    static let kinds = ["iss", "balanced", "paper"]

    private static func method(_ kind: String, _ source: SourceModel) throws -> any Method {
        guard kind != "iss" else { return PlainModel(source) }
        var options = DiTTAOptions(kind == "paper" ? .paper : .balanced)
        (options.passes, options.windowRadius) = (1, 2)
        // Every pixel listens to the add-on.
        options.fusionThreshold = 1
        return try DiTTA(source, teacher: kind == "paper" ? AffinityTeacher() : nil, options: options)
    }

    private static func labels(_ method: inout any Method, _ source: SourceModel, _ frames: [Frame]) throws
        -> [LabelMap]
    {
        try frames.flatMap { try method.label(source.prepare($0), comparing: false).map(\.labels) }
    }

    @Test("a run that goes on from a state gives the same bytes", arguments: kinds)
    func resumes(kind: String) throws {
        let source = try FrozenDecoderTests.source()
        let clip = FrozenDecoderTests.clip(1, frames: 6)
        var whole = try Self.method(kind, source)
        for frame in clip.prefix(2) { _ = try whole.observe(source.prepare(frame)) }
        try whole.freeze { _ in }
        let before = try Self.labels(&whole, source, Array(clip.prefix(3)))
        // What is written down is what it was then, whatever the method does next.
        let state = whole.state()
        let after = try Self.labels(&whole, source, Array(clip.dropFirst(3)))
        var resumed = try Self.method(kind, source)
        try withTemporaryFolder { folder in
            try state.write(to: folder + "/state.safetensors")
            try resumed.restore(try MethodState(path: folder + "/state.safetensors"))
        }
        #expect(try Self.labels(&resumed, source, Array(clip.dropFirst(3))) == after)
        #expect(before.count == 3 && after.count == 3)
        if kind != "iss" {
            var forgetful = try Self.method(kind, source)
            let remembered = ["memory.values", "memory.descriptors", "add-on.keys", "add-on.logits"]
            let bare = state.tensors.filter { !remembered.contains($0.key) }
            try forgetful.restore(MethodState(method: state.method, tensors: bare))
            #expect(try Self.labels(&forgetful, source, Array(clip.dropFirst(3))) != after, "nothing is remembered")
        }
    }

    @Test("a state of another method or another network is refused in one sentence")
    func foreignStates() throws {
        let source = try FrozenDecoderTests.source()
        var plain = try Self.method("iss", source)
        var ditta = try Self.method("balanced", source)
        for frame in FrozenDecoderTests.clip(1, frames: 2) { _ = try ditta.observe(source.prepare(frame)) }
        try ditta.freeze { _ in }
        #expect(throws: MethodError.self) { try plain.restore(ditta.state()) }
        #expect(throws: MethodError.self) { try ditta.restore(plain.state()) }
        var state = ditta.state()
        let name = try #require(
            state.tensors.keys.sorted().first { $0.hasPrefix("decode_head") || $0.hasPrefix("par") })
        state.tensors[name] = Tensor(zeros: [1])
        let error = #expect(throws: MethodError.self) { try ditta.restore(state) }
        #expect(error?.description.contains(name) == true)
        #expect(throws: MethodError.self) { try MethodState(path: shippedModel + "/model.safetensors") }
    }

    @Test("a method can be warmed up again in mid-video, and before it is, it labels as the plain model")
    func rewarming() throws {
        let source = try FrozenDecoderTests.source()
        let clip = FrozenDecoderTests.clip(1, frames: 4)
        var (plain, method) = (try Self.method("iss", source), try Self.method("balanced", source))
        let unadapted = try Self.labels(&plain, source, clip)
        #expect(try Self.labels(&method, source, clip) == unadapted)
        #expect(throws: MethodError.self) { try method.freeze { _ in } }
        for frame in clip.prefix(2) { _ = try method.observe(source.prepare(frame)) }
        try method.freeze { _ in }
        let first = try Self.labels(&method, source, clip)
        #expect(first != unadapted)
        for frame in FrozenDecoderTests.clip(5, frames: 3) { _ = try method.observe(source.prepare(frame)) }
        try method.freeze { _ in }
        #expect(try Self.labels(&method, source, clip) != first)
    }

    @Test("a source model's input is made of the changed picture", arguments: PictureTransform.allCases)
    func changedPicture(transform: PictureTransform) throws {
        var source = try FrozenDecoderTests.source()
        let frame = FrozenDecoderTests.clip(3, frames: 1)[0]
        let changed = Frame(index: 0, time: 0, image: transform(frame.image))
        let expected = source.prepare(changed).input
        let plain = source.prepare(frame).input
        source.picture = transform
        let prepared = source.prepare(frame)
        #expect(prepared.input.values == expected.values && prepared.frame.image == frame.image)
        #expect((prepared.input.values == plain.values) == (transform == .asIs))
    }

    @Test("regions vote where they may, and only there")
    func regions() throws {
        let source = try FrozenDecoderTests.source()
        let clip = FrozenDecoderTests.clip(5, frames: 3)
        let borders = try BorderNetwork(path: shippedBorders)
        func adapted(share: Float, _ borders: BorderNetwork?) throws -> (
            state: MethodState, phases: [MethodEvent.Phase]
        ) {
            var options = DiTTAOptions.balanced
            (options.passes, options.views, options.regionShare) = (1, 1, share)
            var method = try DiTTA(source, teacher: AffinityTeacher(), options: options, borders: borders)
            for frame in clip { _ = method.observe(source.prepare(frame)) }
            var phases: [MethodEvent.Phase] = []
            try method.freeze { event in if case .began(let phase, _) = event { phases.append(phase) } }
            return (method.state(), phases)
        }
        func classifier(_ state: MethodState) throws -> [Float] {
            try #require(state.tensors["decode_head.classifier.weight"]).values
        }
        let (none, without) = (try adapted(share: 0, borders), try adapted(share: 0.5, nil))
        let (half, whole) = (try adapted(share: 0.5, borders), try adapted(share: 1, borders))
        #expect(none.phases == [.teacher, .adaptation, .memory])
        #expect(half.phases == [.teacher, .targets, .adaptation, .memory])
        #expect(try classifier(none.state) == classifier(without.state))
        #expect(try classifier(half.state) != classifier(none.state))
        #expect(try classifier(whole.state) != classifier(half.state))
    }

    @Test("what happens is told in order, and who hears it can stop")
    func events() throws {
        struct Stop: Error {}
        let source = try FrozenDecoderTests.source()
        let clip = FrozenDecoderTests.clip(1, frames: 3)
        func told(_ kind: String, stoppingAt stop: String?) throws -> [String] {
            var method = try Self.method(kind, source)
            for frame in clip { _ = try method.observe(source.prepare(frame)) }
            var words: [String] = []
            do {
                try method.freeze { event in
                    let word =
                        switch event {
                        case .began(let phase, let count): "\(phase) of \(count)"
                        case .advanced(let phase, let done): "\(phase) \(done)"
                        case .ended(let phase): "\(phase) ends"
                        case .taught(let labels, let frames): "taught \(labels.targets.count) of \(frames.count)"
                        case .held(let frames, _): "held \(frames.count)"
                        case .chose(let transform, _): "\(transform)"
                        case .judged(let verdict): "judged on \(verdict.frames)"
                        case .trusted(let factor, let candidates): "trust \(factor) of \(candidates.count)"
                        case .stepped(let losses): losses.keys.sorted().joined(separator: " ")
                        }
                    words.append(word)
                    if word == stop { throw Stop() }
                }
            } catch is Stop {
                words.append("stopped")
            }
            return words
        }
        let all = try told("balanced", stoppingAt: nil)
        let losses = "addOn contrast distillation source"
        #expect(all.first == "targets of 3" && all.contains("targets ends") && all.contains("held 3"))
        let steps = [losses, "adaptation 1", losses, "adaptation 2", losses, "adaptation 3", "adaptation ends"]
        #expect(
            all.suffix(14).dropLast()
                == ["adaptation of 3"] + steps + ["memory of 3", "memory 1", "memory 2", "memory 3", "memory ends"])
        #expect(all.last?.hasPrefix("trust ") == true && all.last?.hasSuffix(" of 3") == true)
        #expect(try told("balanced", stoppingAt: "adaptation 2") == Array(all.dropLast(9)) + ["stopped"])
    }

    @Test("a teacher is asked where there is one; without one, what needs its masks is refused in one sentence")
    func withoutMasks() throws {
        let source = try FrozenDecoderTests.source()
        func phases(_ teacher: (any Teacher)?) throws -> [MethodEvent.Phase] {
            var options = DiTTAOptions.balanced
            (options.passes, options.views) = (1, 1)
            var method = try DiTTA(source, teacher: teacher, options: options)
            for frame in FrozenDecoderTests.clip(1, frames: 2) { _ = method.observe(source.prepare(frame)) }
            var (phases, taught) = ([MethodEvent.Phase](), false)
            try method.freeze { event in
                if case .began(let phase, _) = event { phases.append(phase) }
                if case .taught = event { taught = true }
            }
            #expect(taught == (teacher != nil))
            return phases
        }
        #expect(try phases(nil) == [.adaptation, .memory])
        #expect(try phases(AffinityTeacher()) == [.teacher, .adaptation, .memory])
        for (name, value, expected) in [
            ("contrast-weight", "1", "0"), ("fusion", "add-on", "memory"), ("source-weight", "0", "more than 0"),
        ] {
            var options = DiTTAOptions.balanced
            try options.set(name, to: value)
            let found = name == "contrast-weight" ? options.contrastWeight.text : value
            let message = "\(name) is \(found): expected \(expected) where no teacher gives masks"
            #expect {
                try DiTTA(source, teacher: nil, options: options)
            } throws: { "\($0)" == message }
            _ = try DiTTA(source, teacher: AffinityTeacher(), options: options)
        }
    }

    /// A method whose labels come two frames late, as those of a teacher that looks ahead will.
    struct Late: Method {
        var plain: PlainModel
        var waiting: [LabelledFrame] = []
        var warmUpLimit: Int? { 0 }

        mutating func observe(_ frame: PreparedFrame) -> LabelMap { plain.observe(frame) }
        mutating func freeze(_ report: (MethodEvent) throws -> Void) {}

        mutating func label(_ frame: PreparedFrame, comparing: Bool) -> [LabelledFrame] {
            waiting += plain.label(frame, comparing: comparing)
            return waiting.count > 2 ? [waiting.removeFirst()] : []
        }

        mutating func finish() -> [LabelledFrame] {
            defer { waiting = [] }
            return waiting
        }

        func state() -> MethodState { MethodState(method: "late") }
        mutating func restore(_ state: MethodState) throws { try state.check("late") }
    }

    @Test("labels may come later than frames")
    func late() throws {
        let source = try FrozenDecoderTests.source()
        let clip = FrozenDecoderTests.clip(1, frames: 5)
        var (method, plain) = (Late(plain: PlainModel(source)), PlainModel(source))
        let counts = clip.map { method.label(source.prepare($0), comparing: false).map(\.frame.index) }
        #expect(counts == [[], [], [0], [1], [2]])
        let rest = method.finish()
        #expect(rest.map(\.frame.index) == [3, 4])
        let expected = plain.label(source.prepare(clip[4]), comparing: false)[0].labels
        #expect(rest[1].labels == expected)
    }

    /// A method that labels while it learns, through the whole encoder: each frame's own labels are taught to the norms, and
    /// an average of the parameters follows them slowly, as in TENT and CoTTA.
    struct Online: Method {
        let source: SourceModel
        let student: any SegmentationNetwork
        let teacher: any SegmentationNetwork
        var optimizer = AdamW(rate: 1e-3, decay: 0)
        var warmUpLimit: Int? { 0 }

        init(_ source: SourceModel) {
            self.source = source
            (student, teacher) = (source.network.copy(), source.network.copy())
        }

        mutating func observe(_ frame: PreparedFrame) -> LabelMap { source.labels(source.encoder(frame.input)) }
        mutating func freeze(_ report: (MethodEvent) throws -> Void) {}

        mutating func label(_ frame: PreparedFrame, comparing: Bool) -> [LabelledFrame] {
            let norms = student.parameters.norms
            let tape = Tape(tracking: norms)
            let features = student.traceEncoder(tape.constant(frame.input), on: tape)
            let logits = student.head.traced([features], normalization: .batch, dropout: nil, on: tape).logits[0]
            let dense = source.upsampling.dense(logits.value)
            let labels = dense.labels()
            let (loss, gradient) = dense.crossEntropy(labels, scale: 1 / Float(labels.labels.count))
            tape.record(loss: loss, gradient: gradient, of: logits)
            tape.backward()
            optimizer.update(norms, tape)
            teacher.parameters.moveAverage(towards: student.parameters, keep: 0.9)
            return [LabelledFrame(frame: frame.frame, labels: labels, plain: nil)]
        }

        func state() -> MethodState { MethodState(method: "online") }
        mutating func restore(_ state: MethodState) throws { try state.check("online") }
    }

    @Test("a method may learn while it labels, through the encoder, and leaves the published network alone")
    func online() throws {
        let source = try FrozenDecoderTests.source()
        let before = source.network.parameters.tensors.map(\.values)
        var method = Online(source)
        let clip = FrozenDecoderTests.clip(1, frames: 3)
        for frame in clip { #expect(method.label(source.prepare(frame), comparing: false).count == 1) }
        #expect(source.network.parameters.tensors.map(\.values) == before)
        let (norms, others) = (method.student.parameters.norms, Set(method.student.parameters.norms.names))
        for (name, values) in zip(source.network.parameters.names, before) {
            let (moved, followed) = (method.student.parameters[name], method.teacher.parameters[name])
            let isNorm = others.contains(name)
            #expect((moved?.tensor.values != values) == isNorm, "\(name)")
            // An average of equal numbers is equal but for rounding, where the kernel has no fused product.
            let hasFollowed = zip(followed?.tensor.values ?? [], values).contains { abs($0 - $1) > 1e-6 * abs($1) }
            #expect(hasFollowed == isNorm, "\(name)")
        }
        #expect(norms.count > 40)
    }
}
