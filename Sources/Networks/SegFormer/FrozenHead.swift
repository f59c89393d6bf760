public import Engine

/// A decode head that will not change: batch norm folded into the fusion.
public struct FrozenHead: Sendable {
    private let fusion: FoldedFusion
    private let classifierWeight: Tensor
    private let classifierBias: Tensor

    /// Folds a head.
    public init(_ head: DecodeHead) {
        fusion = FoldedFusion(frozen: head)
        classifierWeight = head.classifierWeight
        classifierBias = head.classifierBias
    }

    /// The fused feature map F `[h, w, D]` of the encoder's levels.
    public func fused(_ features: [Tensor]) -> Tensor { relu(fusion(features)) }

    /// Logits `[h, w, C]` of a fused feature map.
    public func logits(_ fused: Tensor) -> Tensor { linear(fused, classifierWeight, classifierBias) }
}
