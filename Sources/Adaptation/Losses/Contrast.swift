import Engine

/// The momentum-contrastive loss on one frame: pulls the pixels of an object to its prototype and away from the others'
/// (method step 16).
///
/// - Parameters:
///   - projected: the live model's projected features `[h, w, D]`.
///   - momentum: the momentum model's projected features and logits on the same frame.
///   - objects: the object of each pixel, `noLabel` for none.
///   - features: how features are upsampled, in one step.
/// - Returns: the loss and the gradient of `projected`, or nil if the frame has no object.
func contrast(
    _ projected: Tensor, momentum: (projected: Tensor, logits: DenseLogits), objects: [UInt16],
    upsampling features: Resampling, _ bank: inout PrototypeBank, _ options: AdaptationOptions
) -> (loss: Double, gradient: Tensor)? {
    let present = Set(objects).subtracting([noLabel]).sorted()
    guard !present.isEmpty else { return nil }
    var index = [UInt16](repeating: noLabel, count: Int(present.last ?? 0) + 1)
    for (position, object) in present.enumerated() { index[Int(object)] = UInt16(position) }
    let mask = objects.map { $0 == noLabel ? noLabel : index[Int($0)] }

    let still = UpsampledFeatures(unitRows(momentum.projected).rows, features)
    let weight = featureReliability(momentum.logits, options.prototypes)
    let sums = still.weightedSums(of: mask, weight: weight, objects: present.count)
    let prototypes = bank.update(present.map(Int.init), with: sums)

    let (unit, norms) = unitRows(projected)
    let masked = mask.count { $0 != noLabel }
    let counted = options.crossEntropy == .probabilities ? mask.count : masked
    let (loss, gradient) = UpsampledFeatures(unit, features)
        .contrast(mask, prototypes, scale: options.contrastWeight / Float(counted))
    unitRowsBackward(gradient, rows: unit, norms: norms)
    return (loss, gradient)
}

/// How much a pixel's feature counts for its object's prototype, `[H, W]`, 0...1.
private func featureReliability(_ logits: DenseLogits, _ rule: AdaptationOptions.Prototypes) -> Tensor {
    switch rule {
    case .mean:
        return logits.predict().reliability
    case .halved:
        // Min-max scaled entropy of the softmax taken twice.
        let entropy = logits.doubleEntropy()
        let values = entropy.values
        let low = values.min() ?? 0
        let span = (values.max() ?? 0) - low
        return Tensor(values.map { span > 0 ? 1 - ($0 - low) / span : 1 }, entropy.shape)
    }
}
