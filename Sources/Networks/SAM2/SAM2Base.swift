package import Checkpoints
package import Compiled
package import Tensors

/// SAM 2 compiled for one size of input: what a frame, a prompt and what is remembered say of an object.
///
/// Source: Ravi et al., "SAM 2: segment anything in images and videos", 2024; sam2's `sam2_base.py`. Unchecked because calls
/// come one at a time.
@safe package final class SAM2Base: @unchecked Sendable {
    /// The network's shape.
    package let configuration: SAM2Configuration
    /// The input's side in pixels.
    package let side: Int
    /// What it multiplies.
    package let precision: Precision
    private let imageEncoder: ImageEncoder
    private let promptEncoder: PromptEncoder
    private let maskDecoder: MaskDecoder
    private let memoryEncoder: MemoryEncoder
    private let memoryAttention: MemoryAttention
    private let pointers: ObjectPointers
    /// Added to features that nothing is remembered for, `[1, C]`.
    private let noMemory: Tensor
    /// A memory's positions in space and time, the latest frame's first, the prompted frames' last: `[cells, memory width]`.
    private let memoryPositions: [Tensor]
    /// Added to the memory of a frame without the object, `[1, memory width]` (SAM 2.1).
    private let occlusion: Tensor?
    private let maskDownsample: Linear
    private let toInput: Resampling
    private let toLogits: Resampling

    /// The side of the features' grid.
    package var grid: Int { side / 16 }

    /// Takes a checkpoint's weights under their Hugging Face names and compiles them.
    ///
    /// - Parameters:
    ///   - root: the whole checkpoint's scope.
    ///   - configuration: the shape of the network.
    ///   - side: the input's side in pixels, a multiple of 32: the published size or another.
    ///   - precision: what it computes with.
    /// - Throws: if tensors are missing or misshapen.
    package init(
        _ root: Scope, _ configuration: SAM2Configuration, side: Int, precision: Precision
    ) throws(CheckpointError) {
        precondition(side > 0 && side % 32 == 0, "an input of \(side) pixels")
        self.configuration = configuration
        self.side = side
        self.precision = precision
        let (grid, width, memory) = (side / 16, configuration.width, configuration.memory)
        imageEncoder = try ImageEncoder(root, configuration, side: side, precision: precision)
        promptEncoder = try PromptEncoder(root["prompt_encoder"], configuration, grid: grid)
        maskDecoder = try MaskDecoder(
            root["mask_decoder"], configuration, grid: grid, imagePositions: promptEncoder.imagePositions,
            precision: precision)
        memoryEncoder = try MemoryEncoder(root["memory_encoder"], configuration, grid: grid, precision: precision)
        memoryAttention = try MemoryAttention(
            root["memory_attention"], configuration, grid: grid, precision: precision)
        pointers = try ObjectPointers(root, configuration)
        noMemory = try root.tensor("no_memory_embedding", 1, 1, width).reshaped(1, width)
        let times = try root.tensor("memory_temporal_positional_encoding", memory.frames, 1, 1, memory.width)
        let positions = memoryEncoder.positions
        memoryPositions = times.parts.map { time in
            let sum = positions.copy()
            addToRows(time.reshaped(1, memory.width), to: sum)
            return sum
        }
        occlusion =
            memory.marksOcclusion ? try root.tensor("occlusion_spatial_embedding_parameter", 1, memory.width) : nil
        maskDownsample = Linear(
            weight: unfoldedConvolutionWeight(try root["mask_downsample"].tensor("weight", 1, 1, 4, 4)),
            bias: try root["mask_downsample"].tensor("bias", 1))
        toInput = .bilinear((4 * grid, 4 * grid), (side, side))
        let smaller = ResamplingAxis.antialiased(from: side, to: 4 * grid)
        toLogits = Resampling(rows: smaller, columns: smaller)
    }

    /// Names that the network does not need, but checkpoints have.
    package static let unused = ["no_memory_positional_encoding", "shared_image_embedding.positional_embedding"]

    /// What all objects need of a frame, whichever way time goes: an input `[side, side, 3]`, normalised.
    package func features(_ input: Tensor) -> FrameFeatures {
        let features = imageEncoder(input)
        return FrameFeatures(features, begun: memoryAttention.begin(features.top), precision)
    }

    /// A frame's features to look for objects in.
    package func current(_ features: FrameFeatures) -> CurrentFrame {
        CurrentFrame(features, project: memoryEncoder.project)
    }

    /// What is found of an object whose prompt or memory says where it is.
    package struct Output: Sendable {
        /// The mask's logits `[4 · grid, 4 · grid]`; `noObject` everywhere if it is not there.
        package let logits: Tensor
        /// The logit of the object being there at all.
        package let objectScore: Float
        /// What later frames know it by, `[C]`.
        package let pointer: Tensor
        /// A given mask's logits `[side, side]`.
        fileprivate let given: Tensor?
    }

    /// The logit of masks of objects that are not there.
    package static let noObject: Float = -1024

    /// A prompted object on a frame of which nothing is remembered.
    package func start(_ prompt: SAM2Prompt, _ frame: CurrentFrame) -> Output {
        switch prompt {
        case .points(let points):
            let features = frame.top.copy()
            addToRows(noMemory, to: features)
            return segment(
                Matrix(features, rows: features.rows), frame, points: points,
                multimask: asksForSeveral(points, starts: true))
        case .mask(let mask): return given(mask, frame)
        }
    }

    /// An object that earlier frames remember, with corrections if there are any.
    ///
    /// - Parameters:
    ///   - frame: the frame's features.
    ///   - memories: what is remembered, with how many frames ago it was; 0 for prompted frames.
    ///   - pointers: the pointers of earlier frames, with how many frames ago they were.
    ///   - span: over how many frames a pointer's time is counted.
    ///   - corrections: clicks on this frame.
    /// - Returns: the object's mask, scores and pointer.
    package func track(
        _ frame: CurrentFrame, memories: [(memory: Matrix, age: Int)], pointers: [(pointer: Tensor, age: Int)],
        span: Int, corrections: [PromptEncoder.Point] = []
    ) -> Output {
        let count = memoryPositions.count
        var remembered = memories.map { memory, age in
            MemoryAttention.Memory(
                values: memory, positions: memoryPositions[(age + count - 1) % count], isSpatial: true)
        }
        if let tokens = self.pointers.memory(of: pointers, span: span) { remembered.append(tokens) }
        let features = memoryAttention(frame.begun, remembered)
        return segment(
            features, frame, points: corrections, multimask: asksForSeveral(corrections, starts: false))
    }

    /// Whether points may mean several things, so that several masks are asked for.
    private func asksForSeveral(_ points: [PromptEncoder.Point], starts: Bool) -> Bool {
        let decoder = configuration.decoder
        return decoder.multimask && (starts || decoder.multimaskForTracking)
            && decoder.multimaskPoints.contains(points.count)
    }

    /// The mask decoder's answer to features and a prompt.
    private func segment(
        _ features: Matrix, _ frame: CurrentFrame, points: [PromptEncoder.Point] = [], mask: Tensor? = nil,
        multimask: Bool
    ) -> Output {
        let found = maskDecoder(
            features: features, dense: mask.map { promptEncoder.dense($0) } ?? promptEncoder.noMask,
            sparse: promptEncoder.sparse(points),
            highResolution: (Matrix(frame.s0, rows: frame.s0.rows), Matrix(frame.s1, rows: frame.s1.rows)))
        let (best, _, token) = found.selected(multimask: multimask, configuration.decoder)
        let isThere = found.objectScore > 0
        let logits =
            isThere
            ? best.copy()
            : Tensor(Array(repeating: Self.noObject, count: best.count), best.shape)
        return Output(
            logits: logits, objectScore: found.objectScore,
            pointer: pointers.pointer(of: token, isThere: isThere), given: nil)
    }

    /// A given mask is the answer; the decoder only makes its pointer.
    private func given(_ mask: [Bool], _ frame: CurrentFrame) -> Output {
        precondition(mask.count == side * side, "a mask of \(mask.count) pixels for an input of \(side)×\(side)")
        let pixels = Tensor(mask.map { $0 ? 1 : 0 }, [side * side, 1])
        let patches = Tensor(uninitialized: [16 * grid * grid, 16])
        unfold(
            Matrix(pixels, rows: pixels.rows), width: side, kernel: 4, stride: 4, padding: 0, outWidth: 4 * grid,
            rows: 0..<4 * grid, into: Matrix(patches, rows: patches.rows))
        let prompt = linear(patches, maskDownsample.weight, maskDownsample.bias).reshaped(4 * grid, 4 * grid)
        // Here transformers asks for several masks, as with a click; the original code for one.
        let found = segment(Matrix(frame.top, rows: frame.top.rows), frame, mask: prompt, multimask: true)
        let isThere = mask.contains(true)
        let logits = Tensor(mask.map { $0 ? 10 : -10 }, [side, side, 1])
        return Output(
            logits: toLogits(logits).reshaped(4 * grid, 4 * grid), objectScore: isThere ? 10 : -10,
            pointer: isThere ? found.pointer : pointers.none, given: logits.reshaped(side, side))
    }

    /// What later frames remember of an object's mask, `[cells, memory width]` in bfloat16, as the published models keep it.
    ///
    /// - Parameters:
    ///   - output: the object on the frame.
    ///   - frame: the frame's features.
    ///   - isPrompted: whether the mask is cut at 0 rather than kept as probabilities.
    /// - Returns: a memory of the object.
    package func encode(_ output: Output, _ frame: CurrentFrame, isPrompted: Bool) -> Matrix {
        let mask = output.given?.copy() ?? toInput(output.logits.reshaped(4 * grid, 4 * grid, 1))
        let sizes = configuration.memory
        maskValues(mask, cuts: isPrompted, scale: sizes.sigmoidScale, shift: sizes.sigmoidBias)
        let memory = memoryEncoder(projected: frame.projected, mask: mask.reshaped(side, side))
        if let occlusion, output.objectScore <= 0 { addToRows(occlusion, to: memory) }
        let rounded = Matrix(uninitialized: memory.rows, memory.columns, .bf16)
        convert(Matrix(memory, rows: memory.rows), into: rounded)
        return rounded
    }
}
