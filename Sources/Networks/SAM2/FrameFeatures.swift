import Compiled
import Tensors

/// A frame's features as they are kept for a clip: in the network's precision.
package struct FrameFeatures: Sendable {
    fileprivate let s0, s1, top, begun: Matrix

    /// Keeps what the image encoder made of a frame, and how memory attention begins with it.
    init(_ features: ImageFeatures, begun: Tensor, _ precision: Precision) {
        func kept(_ map: Tensor) -> Matrix {
            let map = Matrix(map, rows: map.rows)
            guard precision != .fp32 else { return map }
            let rounded = Matrix(uninitialized: map.rows, map.columns, precision)
            convert(map, into: rounded)
            return rounded
        }
        (s0, s1) = (kept(features.s0), kept(features.s1))
        (top, self.begun) = (kept(features.top), kept(begun))
    }
}

/// A frame's features while objects are looked for in it: float32.
package struct CurrentFrame: Sendable {
    /// At 1/4 of the input for the mask decoder, `[cells, C/8]`.
    let s0: Tensor
    /// The same at 1/8, `[cells, C/4]`.
    let s1: Tensor
    /// At 1/16, `[cells, C]`.
    let top: Tensor
    /// After the first layer of memory attention has seen the frame itself, `[cells, C]`.
    let begun: Tensor
    /// What all memories of the frame have in common, `[cells, C]`.
    let projected: Tensor

    init(_ features: FrameFeatures, project: (Matrix) -> Tensor) {
        func floats(_ map: Matrix) -> Tensor {
            let result = Tensor(uninitialized: [map.rows, map.columns])
            convert(map, into: Matrix(result, rows: map.rows))
            return result
        }
        (s0, s1) = (floats(features.s0), floats(features.s1))
        (top, begun) = (floats(features.top), floats(features.begun))
        projected = project(Matrix(top, rows: top.rows))
    }
}
