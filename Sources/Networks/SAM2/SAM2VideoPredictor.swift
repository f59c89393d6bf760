import Compiled
import Tensors

/// What a user says of an object on a frame.
package enum SAM2Prompt: Sendable {
    /// Clicks, or a box as its two corners, in pixels of the input.
    case points([PromptEncoder.Point])
    /// The mask itself `[side · side]`.
    case mask([Bool])
}

/// Follows objects through a clip: keeps what is remembered of each, and chooses what the network sees of it on a frame.
///
/// Source: sam2's `sam2_video_predictor.py`; the order of a step follows transformers' `Sam2VideoModel.forward`.
package struct SAM2VideoPredictor {
    /// The direction of time.
    package enum Direction: Sendable {
        case forward, backward

        fileprivate var sign: Int { self == .forward ? 1 : -1 }
    }

    private let base: SAM2Base
    /// The frames of the clip, if they are known.
    private let count: Int?
    /// Frames that are remembered of an object, a prompted one among them.
    private let reach: Int
    private var objects: [Int: ObjectMemory] = [:]

    /// What is remembered of an object.
    private struct ObjectMemory {
        /// On the frames where it was prompted, in the order of prompting, with what was found there.
        var prompted: [(frame: Int, remembered: Remembered, output: SAM2Base.Output)] = []
        /// On other frames.
        var tracked: [Int: Remembered] = [:]
    }

    /// What later frames know of a frame; its mask is not among that.
    private struct Remembered {
        let pointer: Tensor
        /// The spatial memory; nil when frames are too far for it to be seen again.
        var memory: Matrix?
    }

    /// Remembers nothing yet of a clip of so many frames; nil if that is not known.
    ///
    /// - Parameters:
    ///   - base: the network.
    ///   - count: how many frames the clip has.
    ///   - memories: how many frames are remembered of an object, a prompted one among them; all that the network was
    ///     made for if nil.
    package init(_ base: SAM2Base, frames count: Int?, memories: Int? = nil) {
        self.base = base
        self.count = count
        reach = min(memories ?? .max, base.configuration.memory.frames)
    }

    /// The objects that were prompted so far.
    package var known: [Int] { objects.keys.sorted() }

    /// Finds objects on a frame.
    ///
    /// A prompt on a frame where its object was not looked for yet starts it there, without memory; a later one corrects
    /// what was found. As in transformers, a prompt of any object in a step cuts the masks of all before they are
    /// remembered.
    ///
    /// - Parameters:
    ///   - objects: all that are looked for; each was prompted before or is now.
    ///   - frame: the frame's place in the clip.
    ///   - current: its features.
    ///   - prompts: what is said of objects on this frame.
    ///   - direction: of time, from the prompted frames.
    /// - Returns: what was found of each object.
    package mutating func step(
        _ objects: [Int], on frame: Int, _ current: CurrentFrame, prompts: [Int: SAM2Prompt] = [:],
        _ direction: Direction = .forward
    ) -> [Int: SAM2Base.Output] {
        var outputs: [Int: SAM2Base.Output] = [:]
        for object in objects {
            var state = self.objects[object] ?? ObjectMemory()
            let prompt = prompts[object]
            if prompt == nil, let known = state.prompted.first(where: { $0.frame == frame }) {
                outputs[object] = known.output
                continue
            }
            let output: SAM2Base.Output
            let starts = prompt != nil && state.tracked[frame] == nil
            if let prompt, starts {
                output = base.start(prompt, current)
            } else {
                output = track(state, frame, current, prompt, direction)
            }
            let memory = base.encode(output, current, isPrompted: !prompts.isEmpty)
            let remembered = Remembered(pointer: output.pointer, memory: memory)
            if starts {
                state.prompted.removeAll { $0.frame == frame }
                state.prompted.append((frame, remembered, output))
            } else {
                state.tracked[frame] = remembered
            }
            self.objects[object] = state
            outputs[object] = output
        }
        return outputs
    }

    /// Frees the spatial memories that no later step sees: all but those of the frames near one and of those from another on,
    /// before which time may be turned back.
    package mutating func forget(near frame: Int, turning: Int) {
        for (object, state) in objects {
            for other in state.tracked.keys
            where abs(other - frame) >= reach && !(turning..<turning + reach).contains(other) {
                objects[object]?.tracked[other]?.memory = nil
            }
        }
    }

    /// Forgets what was found of an object on a frame, as if it had not been looked for.
    package mutating func forget(_ object: Int, on frame: Int) {
        objects[object]?.tracked[frame] = nil
    }

    /// Forgets an object.
    package mutating func forget(_ object: Int) { objects[object] = nil }

    /// What memory says of an object on a frame.
    private func track(
        _ state: ObjectMemory, _ frame: Int, _ current: CurrentFrame, _ prompt: SAM2Prompt?, _ direction: Direction
    ) -> SAM2Base.Output {
        var corrections: [PromptEncoder.Point] = []
        switch prompt {
        case .points(let points)?: corrections = points
        case .mask(let mask)?: return base.start(.mask(mask), current)
        case nil: break
        }
        let (pointers, span) = pointers(state, frame, direction)
        return base.track(
            current, memories: memories(state, frame, direction), pointers: pointers, span: span,
            corrections: corrections)
    }

    /// The prompted frames' memories, those nearest if there are too many, and those of the frames just before.
    private func memories(
        _ state: ObjectMemory, _ frame: Int, _ direction: Direction
    ) -> [(memory: Matrix, age: Int)] {
        let limit = base.configuration.memory.promptedFrames
        let (chosen, others) = nearest(state.prompted.map { ($0.frame, $0.remembered) }, to: frame, limit: limit)
        var result = chosen.compactMap { entry in entry.remembered.memory.map { ($0, 0) } }
        for age in (1..<max(reach, 1)).reversed() {
            let other = frame - direction.sign * age
            let remembered = state.tracked[other] ?? others.first { $0.frame == other }?.remembered
            if let memory = remembered?.memory { result.append((memory, age)) }
        }
        precondition(!result.isEmpty, "an object is looked for that was never prompted")
        return result
    }

    /// The prompted frames that are remembered: if not all, the last before a frame, the first from it on, and then the
    /// nearest.
    private func nearest(
        _ prompted: [(frame: Int, remembered: Remembered)], to frame: Int, limit: Int?
    ) -> (chosen: [(frame: Int, remembered: Remembered)], others: [(frame: Int, remembered: Remembered)]) {
        guard let limit, prompted.count > limit else { return (prompted, []) }
        let around = [
            prompted.filter { $0.frame < frame }.max { $0.frame < $1.frame },
            prompted.filter { $0.frame >= frame }.min { $0.frame < $1.frame },
        ].compactMap(\.self)
        var chosen = Set(around.map(\.frame))
        let rest = prompted.filter { !chosen.contains($0.frame) }.sorted {
            abs($0.frame - frame) < abs($1.frame - frame)
        }
        chosen.formUnion(rest.prefix(max(limit - chosen.count, 0)).map(\.frame))
        return (prompted.filter { chosen.contains($0.frame) }, prompted.filter { !chosen.contains($0.frame) })
    }

    /// The pointers of prompted frames that lie before a frame in the direction of time, and of the frames just before;
    /// and over how many frames their age is counted.
    private func pointers(
        _ state: ObjectMemory, _ frame: Int, _ direction: Direction
    ) -> (pointers: [(pointer: Tensor, age: Int)], span: Int) {
        let most = min(count ?? .max, base.configuration.memory.pointers)
        var result = state.prompted.map { ($0.remembered.pointer, direction.sign * (frame - $0.frame)) }
            .filter { $0.1 >= 0 }
        for age in 1..<max(most, 1) {
            let other = frame - direction.sign * age
            guard other >= 0, other < count ?? .max else { break }
            if let remembered = state.tracked[other] { result.append((remembered.pointer, age)) }
        }
        return (result, most - 1)
    }
}
