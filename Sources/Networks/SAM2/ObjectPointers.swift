import Checkpoints
import Compiled
import Foundation
import Tensors

/// What later frames know an object by: a vector for each frame, made of the mask's token.
///
/// Source: Ravi et al., "SAM 2", 2024, section 4; `_encode_new_memory` and the pointers' part of sam2's `sam2_base.py`.
struct ObjectPointers: Sendable {
    /// The pointer of an object that is not there, `[C]`.
    let none: Tensor
    private let projection: FeedForward
    /// From the sines of a pointer's age to what is added for keys (SAM 2.1).
    private let time: Linear?
    private let width, memoryWidth: Int

    /// Takes the weights from the whole checkpoint.
    init(_ root: Scope, _ configuration: SAM2Configuration) throws(CheckpointError) {
        (width, memoryWidth) = (configuration.width, configuration.memory.width)
        none = try root.tensor("no_object_pointer", 1, width).reshaped(width)
        projection = try FeedForward(root["object_pointer_proj"], width, width, width, layers: 3)
        time =
            configuration.memory.encodesPointerTime
            ? try Linear(root["temporal_positional_encoding_projection_layer"], width, memoryWidth) : nil
    }

    /// The pointer `[C]` made of a mask's token `[C]`.
    func pointer(of token: Tensor, isThere: Bool) -> Tensor {
        isThere ? projection(token.reshaped(1, width)).reshaped(width) : none
    }

    /// Pointers as memory attention takes them: each in as many tokens as a memory's width goes into it.
    ///
    /// - Parameters:
    ///   - pointers: with how many frames ago they were.
    ///   - span: the frames that ages are counted in.
    /// - Returns: their tokens, or nil if there are none.
    func memory(of pointers: [(pointer: Tensor, age: Int)], span: Int) -> MemoryAttention.Memory? {
        guard !pointers.isEmpty else { return nil }
        let parts = width / memoryWidth
        let tokens = stacked(pointers.map(\.pointer)).reshaped(pointers.count * parts, memoryWidth)
        var positions = Tensor(zeros: [tokens.rows, memoryWidth])
        if let time {
            let sines = pointers.flatMap { self.sines(of: Float($0.age) / Float(max(span, 1))) }
            let encoded = time(Tensor(sines, [pointers.count, width])).parts
            positions = stacked(encoded.flatMap { Array(repeating: $0, count: parts) })
        }
        return MemoryAttention.Memory(values: Matrix(tokens, rows: tokens.rows), positions: positions, isSpatial: false)
    }

    /// Sines, then cosines of a number at growing wavelengths: `width` values.
    private func sines(of position: Float) -> [Float] {
        let half = width / 2
        let angles = (0..<half).map { position / pow(10_000, Float(2 * ($0 / 2)) / Float(half)) }
        return angles.map { sin($0) } + angles.map { cos($0) }
    }
}
